import type { JsonObject, JsonValue } from '../object.ts';
import type { StructuralSchema } from '../structural/schema.ts';

/** OpenAPI 3.0, or Swagger 2.0, which knows less. */
export type Flavor = 'v3' | 'v2';

/** Keys that Swagger 2.0 does not have. */
const ONLY_V3 = new Set(['nullable', 'anyOf', 'oneOf', 'allOf', 'not']);
const NESTED = new Set(['properties', 'items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', 'not']);

/** A structural schema as a schema object of an OpenAPI document. Nested objects stay where they are. */
export function schemaObject(schema: StructuralSchema, flavor: Flavor): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || NESTED.has(key) || (flavor === 'v2' && ONLY_V3.has(key))) continue;
    result[key] = value as JsonValue;
  }
  if (schema.properties) result['properties'] = mapValues(schema.properties, (one) => schemaObject(one, flavor));
  if (schema.items) result['items'] = schemaObject(schema.items, flavor);
  if (schema.additionalProperties !== undefined) {
    const additional = schema.additionalProperties;
    result['additionalProperties'] = typeof additional === 'boolean' ? additional : schemaObject(additional, flavor);
  }
  if (flavor === 'v3') addAlternatives(schema, result);
  return result;
}

function addAlternatives(schema: StructuralSchema, result: Record<string, JsonValue>): void {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = schema[key];
    if (branches) result[key] = branches.map((branch) => schemaObject(branch, 'v3'));
  }
  if (schema.not) result['not'] = schemaObject(schema.not, 'v3');
}

/** A copy of a record with other values; any key is an own property. */
export const mapValues = <V>(
  record: Readonly<Record<string, V>>,
  map: (value: V) => JsonValue,
): Record<string, JsonValue> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
