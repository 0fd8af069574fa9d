import test from 'ava';
import type { JsonValue } from '../../../schemas/object.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { issuesOf, specOf } from './issues-of.ts';

const refuses = test.macro({
  exec(t, field: StructuralSchema, value: JsonValue, ...expected: readonly string[]) {
    t.deepEqual(issuesOf(specOf({ x: field }), { x: value }), expected);
  },
  title: (name) => `validation: ${name ?? ''}`,
});

test(
  'a string for an integer',
  refuses,
  { type: 'integer' },
  'a',
  'spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"',
);
test(
  'a fraction for an integer',
  refuses,
  { type: 'integer' },
  1.5,
  'spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"',
);
test('an integer is a number', refuses, { type: 'number' }, 3);
test(
  'a list for an object',
  refuses,
  { type: 'object' },
  [],
  'spec.x: Invalid value: "array": spec.x in body must be of type object: "array"',
);
test(
  'null where null is not allowed',
  refuses,
  { type: 'string' },
  null,
  'spec.x: Invalid value: "null": spec.x in body must be of type string: "null"',
);
test('null where it is allowed', refuses, { type: 'string', nullable: true }, null);
test(
  'int-or-string takes a number',
  refuses,
  { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
  80,
);
test('int-or-string takes a text', refuses, { 'x-kubernetes-int-or-string': true }, 'http');
test(
  'int-or-string takes nothing else',
  refuses,
  { 'x-kubernetes-int-or-string': true },
  true,
  'spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"',
);
test(
  'a value out of an enum',
  refuses,
  { type: 'string', enum: ['A', 'B'] },
  'x',
  'spec.x: Unsupported value: "x": supported values: "A", "B"',
);
test(
  'below the minimum',
  refuses,
  { type: 'integer', minimum: 1 },
  0,
  'spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1',
);
test(
  'at the exclusive minimum',
  refuses,
  { type: 'number', minimum: 1, exclusiveMinimum: true },
  1,
  'spec.x: Invalid value: 1: spec.x in body should be greater than 1',
);
test(
  'above the maximum',
  refuses,
  { type: 'integer', maximum: 3 },
  4,
  'spec.x: Invalid value: 4: spec.x in body should be less than or equal to 3',
);
test(
  'no multiple',
  refuses,
  { type: 'number', multipleOf: 0.1 },
  0.25,
  'spec.x: Invalid value: 0.25: spec.x in body should be a multiple of 0.1',
);
test('a multiple of a fraction', refuses, { type: 'number', multipleOf: 0.1 }, 0.3);
test(
  'too short',
  refuses,
  { type: 'string', minLength: 2 },
  'é',
  'spec.x: Invalid value: "é": spec.x in body should be at least 2 chars long',
);
test('too long', refuses, { type: 'string', maxLength: 2 }, 'abc', 'spec.x: Too long: may not be more than 2 bytes');
test('characters are counted as people do', refuses, { type: 'string', maxLength: 2, minLength: 2 }, '😀😀');
test(
  'no match',
  refuses,
  { type: 'string', pattern: '^a+$' },
  'b',
  'spec.x: Invalid value: "b": spec.x in body should match \'^a+$\'',
);
test(
  'too few items',
  refuses,
  { type: 'array', minItems: 1, items: {} },
  [],
  'spec.x: Invalid value: 0: spec.x in body should have at least 1 items',
);
test(
  'too many items are one issue, whatever the items are',
  refuses,
  { type: 'array', maxItems: 1, items: { type: 'string' } },
  [1, 2],
  'spec.x: Too many: 2: must have at most 1 item',
);
test(
  'too many properties',
  refuses,
  { type: 'object', maxProperties: 1, additionalProperties: {} },
  { a: 1, b: 2 },
  'spec.x: Too many: 2: must have at most 1 item',
);
test(
  'too few properties',
  refuses,
  { type: 'object', minProperties: 1 },
  {},
  'spec.x: Invalid value: 0: spec.x in body should have at least 1 properties',
);
test(
  'a wrong item',
  refuses,
  { type: 'array', items: { type: 'string' } },
  ['a', 1],
  'spec.x[1]: Invalid value: "integer": spec.x[1] in body must be of type string: "integer"',
);
test(
  'a wrong map value',
  refuses,
  { type: 'object', additionalProperties: { type: 'string' } },
  { A: 1 },
  'spec.x.A: Invalid value: "integer": spec.x.A in body must be of type string: "integer"',
);
test(
  'a set with a duplicate',
  refuses,
  { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  ['q', 'r', 'q'],
  'spec.x[2]: Duplicate value: "q"',
);
test(
  'a keyed list with a duplicate',
  refuses,
  {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name', 'p'],
    items: { type: 'object', properties: { name: { type: 'string' }, p: { type: 'string', default: 'T' } } },
  },
  [{ name: 'a', p: 'T' }, { name: 'a' }, { name: 'a', p: 'U' }],
  'spec.x[1]: Duplicate value: {"name":"a","p":"T"}',
);
test(
  '1 and "1" are two members of a set',
  refuses,
  { type: 'array', items: { 'x-kubernetes-int-or-string': true }, 'x-kubernetes-list-type': 'set' },
  [1, '1'],
);
test(
  'a date that is none',
  refuses,
  { type: 'string', format: 'date-time' },
  '2026-02-30T00:00:00Z',
  'spec.x: Invalid value: "2026-02-30T00:00:00Z": spec.x in body must be of type date-time: "2026-02-30T00:00:00Z"',
);
test(
  'a date with a zone and a fraction',
  refuses,
  { type: 'string', format: 'date-time' },
  '2026-02-28T23:59:59.123456+02:00',
);
test(
  'bytes that are no base64 are not shown',
  refuses,
  { type: 'string', format: 'byte' },
  'hunter2!',
  'spec.x: Invalid value: spec.x in body must be of type byte',
);
test(
  'beyond 32 bits',
  refuses,
  { type: 'integer', format: 'int32' },
  2 ** 31,
  'spec.x: Invalid value: 2147483648: spec.x in body must be of type integer with format int32',
);
test('an integer beyond 2^53', refuses, { type: 'integer', minimum: 0 }, 9007199254740993n);
test(
  'an integer beyond 2^63',
  refuses,
  { type: 'integer' },
  9223372036854775808n,
  'spec.x: Invalid value: 9223372036854775808: spec.x in body must be of type integer with format int64',
);
test(
  'a bigint is compared with bounds',
  refuses,
  { type: 'integer', maximum: 10 },
  9007199254740993n,
  'spec.x: Invalid value: 9007199254740993: spec.x in body should be less than or equal to 10',
);
test(
  'allOf',
  refuses,
  { type: 'string', allOf: [{ minLength: 1 }, { maxLength: 1 }] },
  'ab',
  'spec.x: Too long: may not be more than 1 byte',
);
test(
  'anyOf',
  refuses,
  { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 0 }] },
  5,
  'spec.x: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
  'spec.x: Invalid value: 5: spec.x in body should be greater than or equal to 10',
);
test(
  'oneOf none',
  refuses,
  { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
  {},
  'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
);
test(
  'oneOf two',
  refuses,
  { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
  { a: 1, b: 1 },
  'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
);
test(
  'not',
  refuses,
  { type: 'string', not: { enum: ['bad'] } },
  'bad',
  'spec.x: Invalid value: "": "spec.x" must not validate the schema (not)',
);
test(
  'an embedded resource without a kind',
  refuses,
  { type: 'object', 'x-kubernetes-embedded-resource': true },
  { apiVersion: 'v1' },
  'spec.x.kind: Required value: must not be empty',
);
