import type { JsonObject, JsonValue } from '../object.ts';
import type { StructuralSchema } from '../structural/schema.ts';

/** OpenAPI 3.0, or Swagger 2.0, which knows less. */
export type Flavor = 'v3' | 'v2';

/** Keys that Swagger 2.0 does not have. */
const ONLY_V3 = new Set(['nullable', 'anyOf', 'oneOf', 'allOf', 'not']);
/** Keys that are for us. */
const OURS = new Set(['model', 'documentedRequired']);
const NESTED = new Set(['properties', 'items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', 'not']);

/** A schema that stands elsewhere in the same document. */
export function refTo(name: string, flavor: Flavor): JsonObject {
  return { $ref: flavor === 'v3' ? `#/components/schemas/${name}` : `#/definitions/${name}` };
}

/** A reference with a description beside it: OpenAPI 3.0 wants it wrapped, Swagger 2.0 does not. */
export function describedRef(name: string, description: string | undefined, flavor: Flavor): JsonObject {
  const ref = refTo(name, flavor);
  if (description === undefined) return ref;
  return flavor === 'v3' ? { allOf: [ref], description } : { ...ref, description };
}

/** Where parts with a name of their own go while a schema is written. */
export interface Models {
  readonly flavor: Flavor;
  /** The name in the document of a part that calls itself `model`. */
  readonly nameOf: (model: string) => string;
  /** By that name. */
  readonly parts: Map<string, JsonObject>;
}

/**
 * A structural schema as a schema object of an OpenAPI document. Nested objects stay where they are, but for parts with a
 * name: these go to `models.parts` once, and are referred to, with the description beside the reference.
 */
export function schemaObject(schema: StructuralSchema, models: Models): JsonObject {
  const { flavor } = models;
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || OURS.has(key) || NESTED.has(key) || (flavor === 'v2' && ONLY_V3.has(key))) continue;
    result[key] = value as JsonValue;
  }
  if (schema.documentedRequired) result['required'] = schema.documentedRequired;
  if (schema.properties) result['properties'] = mapValues(schema.properties, (one) => partOf(one, models));
  if (schema.items) result['items'] = partOf(schema.items, models);
  if (schema.additionalProperties !== undefined) {
    const additional = schema.additionalProperties;
    result['additionalProperties'] = typeof additional === 'boolean' ? additional : partOf(additional, models);
  }
  if (flavor === 'v3') addAlternatives(schema, result, models);
  return result;
}

function partOf(schema: StructuralSchema, models: Models): JsonObject {
  const { description, ...part } = schema;
  if (part.model === undefined) return schemaObject(schema, models);
  const name = models.nameOf(part.model);
  if (!models.parts.has(name)) {
    // a part that contains itself finds its place taken
    models.parts.set(name, {});
    // without a type it may be anything: Kubernetes' documents say no more of it
    if (part.type !== undefined) models.parts.set(name, schemaObject(part, models));
  }
  return describedRef(name, description, models.flavor);
}

function addAlternatives(schema: StructuralSchema, result: Record<string, JsonValue>, models: Models): void {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = schema[key];
    if (branches) result[key] = branches.map((branch) => schemaObject(branch, models));
  }
  if (schema.not) result['not'] = schemaObject(schema.not, models);
}

/** A copy of a record with other values; any key is an own property. */
export const mapValues = <V>(
  record: Readonly<Record<string, V>>,
  map: (value: V) => JsonValue,
): Record<string, JsonValue> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
