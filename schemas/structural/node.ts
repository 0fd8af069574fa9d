import type { JsonObject, JsonValue } from '../object.ts';
import type { StructuralSchema, ValidationRule } from './schema.ts';
import { compileChecks, type Check } from './checks.ts';
import { freezeDeep } from './own.ts';
import { SchemaError } from './schema-error.ts';

/**
 * One place of a schema, compiled: what every walk (prune, default, validate, apply, patch) asks, as plain fields and
 * maps, so that a walk costs a map look-up a field and foreign keys cannot reach a prototype.
 */
export interface Node {
  readonly schema: StructuralSchema;
  readonly type: StructuralSchema['type'];
  readonly properties: ReadonlyMap<string, Node>;
  /** What values of other keys are; undefined when there must be no other keys. */
  readonly additional: Node | undefined;
  readonly items: Node | undefined;
  /** Unknown fields stay (x-kubernetes-preserve-unknown-fields, `additionalProperties: true`). */
  readonly preserve: boolean;
  /** A whole object lives here: apiVersion, kind and metadata are known and wanted. */
  readonly embedded: boolean;
  readonly nullable: boolean;
  readonly intOrString: boolean;
  /** Frozen, so that objects can share it. */
  readonly default: JsonValue | undefined;
  /** Names of the properties that have a default. */
  readonly defaulted: readonly string[];
  readonly required: readonly string[];
  readonly checks: readonly Check[];
  /** Value validations of allOf, anyOf, oneOf and not; they bear no structure. */
  readonly junctions: Junctions | undefined;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listKeys: readonly string[];
  /** `atomic` objects have one owner as a whole. */
  readonly mapType: 'atomic' | 'granular';
  readonly rules: readonly ValidationRule[];
  /** A rule is here or somewhere below. */
  readonly ruled: boolean;
}

export interface Junctions {
  readonly allOf: readonly Node[];
  readonly anyOf: readonly Node[];
  readonly oneOf: readonly Node[];
  readonly not: Node | undefined;
}

/** Schemas nest a dozen levels; the walks recurse along them, so a stranger's schema must not nest thousands. */
const maxSchemaDepth = 256;

const none: ReadonlyMap<string, Node> = new Map();

/**
 * Compiles one schema and all below it. `metadata`: ObjectMeta's schema, for embedded resources.
 * @throws {SchemaError} where a pattern does not compile or the schema nests too deep
 */
export function compileNode(schema: StructuralSchema, metadata?: Node): Node {
  return compileAt(schema, { metadata, models: new Map() }, '', 0);
}

interface Compilation {
  readonly metadata: Node | undefined;
  /** Parts with a name of their own, which may contain themselves: finished or being compiled. */
  readonly models: Map<StructuralSchema, Node>;
}

type Below = (child: StructuralSchema, name: string) => Node;
type Growing = { -readonly [K in keyof Node]: Node[K] };

function compileAt(schema: StructuralSchema, compilation: Compilation, path: string, depth: number): Node {
  const known = schema.model === undefined ? undefined : compilation.models.get(schema);
  if (known) return known;
  if (depth > maxSchemaDepth) throw new SchemaError(path, `nests deeper than ${String(maxSchemaDepth)} levels`);
  const node = bareNode(schema, path);
  if (schema.model !== undefined) compilation.models.set(schema, node);
  const below: Below = (child, name) =>
    compileAt(child, compilation, path === '' ? name : `${path}.${name}`, depth + 1);
  addStructure(node, compilation.metadata, below);
  return node;
}

/** All of a node that does not lie below it. */
function bareNode(schema: StructuralSchema, path: string): Growing {
  const rules = schema['x-kubernetes-validations'] ?? [];
  return {
    schema,
    type: schema.type,
    properties: none,
    additional: undefined,
    items: undefined,
    preserve: schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    nullable: schema.nullable === true,
    intOrString: schema['x-kubernetes-int-or-string'] === true,
    default: freezeDeep(structuredClone(schema.default)) as JsonValue | undefined,
    defaulted: [],
    required: schema.required ?? [],
    checks: compileChecks(schema, path),
    junctions: undefined,
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    listKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    mapType: schema['x-kubernetes-map-type'] ?? 'granular',
    rules,
    ruled: rules.length > 0,
  };
}

function addStructure(node: Growing, metadata: Node | undefined, below: Below): void {
  const { schema } = node;
  const extra = schema.additionalProperties;
  node.properties = compileProperties(schema, metadata, below);
  if (typeof extra === 'object') node.additional = below(extra, 'additionalProperties');
  if (schema.items !== undefined) node.items = below(schema.items, 'items');
  node.junctions = compileJunctions(schema, below);
  node.defaulted = [...node.properties].filter(([, child]) => child.default !== undefined).map(([name]) => name);
  const children = [...node.properties.values(), node.additional, node.items];
  node.ruled ||= children.some((child) => child?.ruled === true);
}

function compileProperties(
  schema: StructuralSchema,
  metadata: Node | undefined,
  below: Below,
): ReadonlyMap<string, Node> {
  const properties = new Map<string, Node>();
  if (schema['x-kubernetes-embedded-resource'] === true) {
    properties.set('apiVersion', below({ type: 'string' }, 'properties.apiVersion'));
    properties.set('kind', below({ type: 'string' }, 'properties.kind'));
    properties.set('metadata', metadata ?? below({ type: 'object', ...preserved }, 'properties.metadata'));
  }
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (!properties.has(name)) properties.set(name, below(child, `properties.${name}`));
  }
  return properties.size === 0 ? none : properties;
}

const preserved = { 'x-kubernetes-preserve-unknown-fields': true } as const;

function compileJunctions(schema: StructuralSchema, below: Below): Junctions | undefined {
  const { allOf = [], oneOf = [], not } = schema;
  // int-or-string says what its customary anyOf says once more
  const anyOf = schema['x-kubernetes-int-or-string'] === true ? [] : (schema.anyOf ?? []);
  if (allOf.length === 0 && anyOf.length === 0 && oneOf.length === 0 && not === undefined) return undefined;
  const all = (schemas: readonly StructuralSchema[], name: string): Node[] =>
    schemas.map((child, index) => below(child, `${name}[${String(index)}]`));
  return {
    allOf: all(allOf, 'allOf'),
    anyOf: all(anyOf, 'anyOf'),
    oneOf: all(oneOf, 'oneOf'),
    not: not === undefined ? undefined : below(not, 'not'),
  };
}

/** The node of a member `key` of an object at `node`; undefined when the schema does not know it. */
export const memberOf = (node: Node, key: string): Node | undefined => node.properties.get(key) ?? node.additional;

/** The identity of an item in a keyed list: its key fields, absent ones left out. */
export function keysOf(node: Node, item: JsonObject): JsonObject {
  const keys: Record<string, JsonValue> = {};
  for (const name of node.listKeys) {
    const value = Object.hasOwn(item, name) ? item[name] : node.items?.properties.get(name)?.default;
    if (value !== undefined) keys[name] = value;
  }
  return keys;
}
