/**
 * apiextensions/v1 JSONSchemaProps: a schema as data. It contains itself, so it has a `model` name: walks follow the value,
 * whose depth the decoder bounds, and OpenAPI documents refer to it by that name.
 */
import type { StructuralSchema } from '../structural/schema.ts';
import { atomicList, boolean, integer, object, string } from './fragments.ts';

const anyJson = (description: string): StructuralSchema => ({
  description,
  model: 'JSON',
  'x-kubernetes-preserve-unknown-fields': true,
});

const number = (description: string): StructuralSchema => ({ type: 'number', format: 'double', description });

/** Known to the wire, refused by validation: whatever stands in there is kept so that the refusal can name it. */
const refused = (what: string): StructuralSchema => ({
  type: 'object',
  description: `${what}. Refused in a CustomResourceDefinition.`,
  'x-kubernetes-preserve-unknown-fields': true,
});

const extensions: Readonly<Record<string, StructuralSchema>> = {
  'x-kubernetes-preserve-unknown-fields': boolean('Unknown fields are kept here; below, the schema counts again.'),
  'x-kubernetes-embedded-resource': boolean('A whole object lives here: apiVersion, kind and metadata are known.'),
  'x-kubernetes-int-or-string': boolean('The value is an integer or a string.'),
  'x-kubernetes-list-map-keys': atomicList('The fields that tell the items of a list of type map apart.', {
    type: 'string',
  }),
  'x-kubernetes-list-type': string('How server-side apply merges the list: atomic, set or map.'),
  'x-kubernetes-map-type': string('How server-side apply merges the object: granular or atomic.'),
  // a list of type map by rule on a real server too, where nothing ever merges it: `versions` above it is atomic
  'x-kubernetes-validations': {
    type: 'array',
    description: 'Rules in CEL that the value must satisfy.',
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'rule',
    items: object(
      'One rule.',
      {
        rule: string('The expression. `self` is the value, `oldSelf` the former one; the result is a bool.'),
        message: string('What to say when the rule fails.'),
        messageExpression: string('An expression that makes the message; wins over `message`.'),
        reason: string('The reason of the refusal; default is FieldValueInvalid.'),
        fieldPath: string('The field below this place that the refusal names, as `.spec.name`.'),
        optionalOldSelf: boolean('The rule runs also where there is no former value; `oldSelf` is an optional then.'),
      },
      { required: ['rule'], model: 'ValidationRule' },
    ),
  },
};

const scalars: Readonly<Record<string, StructuralSchema>> = {
  $ref: string('A schema elsewhere. Refused in a CustomResourceDefinition.'),
  $schema: string('The dialect. Refused in a CustomResourceDefinition.'),
  id: string('Name of the schema. Refused in a CustomResourceDefinition.'),
  title: string('A short name for people.'),
  description: string('What the field is, for people.'),
  type: string('object, array, string, integer, number or boolean.'),
  format: string('A finer type, as date-time or int32. Unknown formats say nothing.'),
  nullable: boolean('null is a value too.'),
  default: anyJson('What stands here when nobody said anything.'),
  example: anyJson('A value for people to look at.'),
  enum: atomicList('The values that are allowed.', anyJson('One allowed value.')),
  minimum: number('The least value.'),
  maximum: number('The greatest value.'),
  exclusiveMinimum: boolean('`minimum` itself is not allowed.'),
  exclusiveMaximum: boolean('`maximum` itself is not allowed.'),
  multipleOf: number('The value is a multiple of this.'),
  minLength: integer('The least number of characters.'),
  maxLength: integer('The greatest number of characters.'),
  pattern: string('A regular expression (RE2) that the string matches somewhere.'),
  minItems: integer('The least number of items.'),
  maxItems: integer('The greatest number of items.'),
  uniqueItems: boolean('No two items are equal. Refused in a CustomResourceDefinition.'),
  minProperties: integer('The least number of members.'),
  maxProperties: integer('The greatest number of members.'),
  required: atomicList('Members that must be there.', { type: 'string' }),
  externalDocs: object(
    'Documentation elsewhere.',
    { description: string('What is there.'), url: string('Where it is.') },
    { model: 'ExternalDocumentation' },
  ),
};

const properties: Record<string, StructuralSchema> = { ...scalars, ...extensions };

/** apiextensions/v1 JSONSchemaProps. */
export const jsonSchemaProps: StructuralSchema = object(
  'A schema, in the part of JSON Schema that OpenAPI 3 knows.',
  properties,
  {
    model: 'JSONSchemaProps',
  },
);

const list = (description: string): StructuralSchema => atomicList(description, jsonSchemaProps);
const named = (description: string): StructuralSchema => ({
  type: 'object',
  description,
  additionalProperties: jsonSchemaProps,
});

Object.assign(properties, {
  properties: named('Schemas of the members, by name.'),
  additionalProperties: {
    description: 'Schema of the members of other names; true for any, false for none.',
    model: 'JSONSchemaPropsOrBool',
    properties,
  },
  items: {
    description: 'Schema of the items.',
    model: 'JSONSchemaPropsOrArray',
    properties,
    items: jsonSchemaProps,
  },
  allOf: list('The value satisfies all of these.'),
  anyOf: list('The value satisfies one of these at least.'),
  oneOf: list('The value satisfies exactly one of these.'),
  not: jsonSchemaProps,
  patternProperties: refused('Schemas of the members whose names match'),
  definitions: refused('Schemas to refer to'),
  dependencies: refused('What a member demands of its siblings'),
  additionalItems: {
    description: 'Refused in a CustomResourceDefinition.',
    'x-kubernetes-preserve-unknown-fields': true,
  },
} satisfies Record<string, StructuralSchema>);
