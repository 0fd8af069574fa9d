import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { wrap } from '../../flags/help.ts';
import { fieldsOf } from './field-at.ts';

export interface ExplanationOptions {
  readonly recursive: boolean;
  /** Of the terminal. */
  readonly width: number;
}

const WIDEST = 100;
const NARROWEST = 30;

/** The text that `explain` prints, in the form of kubectl's. */
export function explanation(
  kind: KindDefinition,
  path: readonly string[],
  schema: StructuralSchema,
  { recursive, width: columns }: ExplanationOptions,
): string {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns));
  const group = kind.group === '' ? [] : [`GROUP:      ${kind.group}`];
  const heading = [...group, `KIND:       ${kind.kind}`, `VERSION:    ${kind.version}`];
  const field = path.length === 0 ? [] : [`FIELD: ${path.at(-1) ?? ''} <${typeName(schema)}>`];
  const fields = Object.entries(fieldsOf(schema));
  const below = fields.length === 0 ? [] : [`FIELDS:\n${fieldList(schema, recursive, width, 2)}`];
  const description = `DESCRIPTION:\n${wrap(schema.description ?? '<empty>', width, 4)}${details(schema, width, 4)}`;
  return [heading.join('\n'), ...field, description, ...below].map((section) => `${section}\n`).join('\n');
}

function fieldList(
  schema: StructuralSchema,
  recursive: boolean,
  width: number,
  indent: number,
  around: readonly unknown[] = [],
): string {
  const fields = fieldsOf(schema);
  // a schema of schemas contains itself: its fields are told once
  if (around.includes(fields)) return '';
  const required = (schema.items ?? schema).required ?? [];
  return Object.entries(fields)
    .map(([name, field]) => {
      const head = `${' '.repeat(indent)}${name} <${typeName(field)}>${required.includes(name) ? ' -required-' : ''}`;
      if (recursive) {
        const below = fieldList(field, true, width, indent + 2, [...around, fields]);
        return below === '' ? head : `${head}\n${below}`;
      }
      return `${head}\n${wrap(field.description ?? '', width, indent + 2)}${details(field, width, indent + 2)}\n`;
    })
    .join('\n');
}

/** What a value may be, and what it is when nobody says. */
function details({ enum: choices, default: preset }: StructuralSchema, width: number, indent: number): string {
  const told = [
    ...(choices === undefined ? [] : [`One of: ${choices.map((choice) => JSON.stringify(choice)).join(', ')}.`]),
    ...(preset === undefined ? [] : [`Default: ${JSON.stringify(preset)}.`]),
  ];
  return told.length === 0 ? '' : `\n${wrap(told.join(' '), width, indent)}`;
}

/** kubectl's names: Object, []string, map[string]string, IntOrString. */
function typeName(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'IntOrString';
  if (schema.type === 'array') return `[]${schema.items === undefined ? 'Object' : typeName(schema.items)}`;
  if (typeof schema.additionalProperties === 'object') return `map[string]${typeName(schema.additionalProperties)}`;
  if (schema.type === undefined || schema.type === 'object') return 'Object';
  return schema.type;
}
