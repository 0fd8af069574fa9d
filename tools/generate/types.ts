/**
 * TypeScript interfaces of every kind, by json-schema-to-typescript. The structural schema is first turned into a plain
 * JSON Schema whose nested objects all carry a title, so that each becomes a named interface: `Container`,
 * `ContainerSpec`, `ContainerStatus`, and below the spec `Container` + the path, an item in the singular
 * (`ContainerVolumeMount` is one item of `spec.volumeMounts`). What comes out is made read-only line by line.
 */
import { compile } from 'json-schema-to-typescript';
import type { JSONSchema } from 'json-schema-to-typescript';
import { conditions } from '../../schemas/definitions/fragments.ts';
import { jsonSchemaProps } from '../../schemas/definitions/json-schema-props.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { apiVersionOf, KINDS, QUESTION_KINDS } from '../../schemas/kinds.ts';
import type { StructuralSchema } from '../../schemas/structural/schema.ts';
import { BANNER } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';

const FROM_OBJECT = ['Condition', 'JsonObject', 'JsonValue', 'KubeObject', 'ObjectMeta'];

export async function generateTypes(
  kinds: readonly KindDefinition[] = [...KINDS, ...QUESTION_KINDS],
): Promise<readonly GeneratedFile[]> {
  const bodies = await Promise.all(kinds.map(interfacesOf));
  const body = bodies.join('\n');
  const imported = FROM_OBJECT.filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  const content = `${BANNER}\nimport type { ${imported.join(', ')} } from '../object.ts';\n\n${body}`;
  return [{ path: 'schemas/gen/types.ts', content }];
}

async function interfacesOf(definition: KindDefinition): Promise<string> {
  const { kind } = definition;
  const properties = mapValues(definition.schema.properties ?? {}, (schema, name) =>
    toJsonSchema(schema, kind, [name]),
  );
  const root: JSONSchema = {
    title: kind,
    type: 'object',
    description: definition.schema.description ?? '',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata', ...(definition.schema.required ?? [])],
    properties: {
      apiVersion: { tsType: `'${apiVersionOf(definition)}'` },
      kind: { tsType: `'${kind}'` },
      ...properties,
      metadata: { tsType: 'ObjectMeta' },
    },
  };
  const text = await compile(root, kind, {
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 10_000 },
  });
  return readOnly(text).replace(`export interface ${kind} {`, `export interface ${kind} extends KubeObject {`);
}

const INT_OR_STRING = 'number | string';

function toJsonSchema(schema: StructuralSchema, kind: string, path: readonly string[]): JSONSchema {
  const description = schema.description === undefined ? {} : { description: schema.description };
  if (schema === conditions.items) return { ...description, tsType: 'Condition' };
  if (schema === jsonSchemaProps) return { ...description, tsType: 'JsonObject' };
  if (schema['x-kubernetes-int-or-string']) return { ...description, tsType: INT_OR_STRING };
  return { ...description, ...nullable(schema, shape(schema, kind, path)) };
}

function shape(schema: StructuralSchema, kind: string, path: readonly string[]): JSONSchema {
  if (schema.enum) return { enum: [...schema.enum] as NonNullable<JSONSchema['enum']> };
  switch (schema.type) {
    case 'array':
      return { type: 'array', items: itemSchema(toJsonSchema(schema.items ?? {}, kind, singular(path))) };
    case 'object':
      return objectShape(schema, kind, path);
    case undefined:
      return { tsType: 'JsonValue' };
    default:
      return { type: schema.type };
  }
}

/** What is written before `[]` as it stands needs brackets around alternatives. */
const itemSchema = (items: JSONSchema): JSONSchema =>
  items.tsType === INT_OR_STRING ? { ...items, tsType: `(${INT_OR_STRING})` } : items;

function objectShape(schema: StructuralSchema, kind: string, path: readonly string[]): JSONSchema {
  if (schema.properties) {
    return {
      type: 'object',
      title: interfaceName(kind, path),
      additionalProperties: false,
      required: [...(schema.required ?? [])],
      properties: mapValues(schema.properties, (property, name) => toJsonSchema(property, kind, [...path, name])),
    };
  }
  if (typeof schema.additionalProperties === 'object') {
    return { type: 'object', additionalProperties: toJsonSchema(schema.additionalProperties, kind, path) };
  }
  return { tsType: 'JsonObject' };
}

const nullable = (schema: StructuralSchema, shape: JSONSchema): JSONSchema =>
  schema.nullable ? { anyOf: [shape, { type: 'null' }] } : shape;

function interfaceName(kind: string, path: readonly string[]): string {
  const below = path[0] === 'spec' && path.length > 1 ? path.slice(1) : path;
  return kind + below.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
}

const singular = (path: readonly string[]): readonly string[] =>
  path.map((part, index) => (index === path.length - 1 ? part.replace(/(?<!s)s$/, '') : part));

/** Every property, index and array of generated interfaces becomes read-only; notes about who refers to whom go. */
function readOnly(text: string): string {
  return text
    .replaceAll(/^ \*\n \* This interface was referenced by .*\n(?: \* via the .*\n)?/gm, '')
    .replaceAll(/^\/\*\*\n \* This interface was referenced by .*\n(?: \* via the .*\n)? \*\/\n/gm, '')
    .replaceAll(/^( +)(\[k: string\]|[\w$]+\??|'[^']+'\??): /gm, '$1readonly $2: ')
    .replaceAll(/: (\S.*\[\])( \| null)?;$/gm, ': readonly $1$2;');
}

const mapValues = <V, W>(record: Readonly<Record<string, V>>, map: (value: V, name: string) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
