import type { JsonValue } from '../../../schemas/object.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';

/** A kind whose spec has these fields. */
export const specOf = (
  properties: Record<string, StructuralSchema>,
  more: StructuralSchema = {},
): StructuralSchema => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
});

/** What is wrong with a spec, a line each. */
export const issuesOf = (schema: StructuralSchema, spec: JsonValue, old?: JsonValue): string[] =>
  compileStructural(schema)
    .validate({ spec }, old === undefined ? undefined : { spec: old })
    .map(({ path, message }) => `${path}: ${message}`);
