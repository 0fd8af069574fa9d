import type { JsonValue } from '../object.ts';
import { put, type MutableObject } from '../structural/own.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { additionalOf, itemsOf, propertiesOf, type JsonSchemaProps } from './json-schema.ts';

/** Keywords that mean the same on both sides; everything else is translated or has been refused. */
const plain = [
  'title',
  'description',
  'type',
  'format',
  'nullable',
  'default',
  'example',
  'externalDocs',
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const satisfies readonly (keyof JsonSchemaProps)[];

/** What says nothing: Go's zero values, which it leaves out when it writes. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

/** A schema of a CustomResourceDefinition in the form that the walks take. Keywords that nobody knows are left behind. */
export function structuralSchemaOf(schema: JsonSchemaProps): StructuralSchema {
  const result: MutableObject = {};
  for (const key of plain) {
    const value = schema[key];
    // a default may be false or empty, and an example too
    if (key === 'default' || key === 'example' ? value !== undefined && value !== null : !isEmpty(value)) {
      result[key] = value as JsonValue;
    }
  }
  const set = (key: string, value: unknown): void => {
    result[key] = value as JsonValue;
  };
  const properties = propertiesOf(schema);
  if (properties.length > 0) {
    const members: MutableObject = {};
    for (const [name, child] of properties) put(members, name, structuralSchemaOf(child) as JsonValue);
    set('properties', members);
  }
  const items = itemsOf(schema);
  if (items) set('items', structuralSchemaOf(items));
  const additional = additionalOf(schema);
  if (additional) set('additionalProperties', structuralSchemaOf(additional));
  else if (schema.additionalProperties === true) set('additionalProperties', true);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = schema[key];
    if (branches !== undefined && branches.length > 0) set(key, branches.map(structuralSchemaOf));
  }
  if (schema.not) set('not', structuralSchemaOf(schema.not));
  return result;
}
