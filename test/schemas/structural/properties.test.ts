import * as fc from 'fast-check';
import test from 'ava';
import { container } from '../../../schemas/definitions/container.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import { canonical } from '../../../schemas/structural/identity.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';

const names = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'spec', 'env', 'name', 'image');

/** JSON of any shape with few names, so that it meets the schemas' fields often. */
const json = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<JsonValue>(null, true, 0, 1, -1, 1.5, 'x', '', 9007199254740993n),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(names, tie('any'), { maxKeys: 4 }),
  ),
})).any;

const objects = fc.dictionary(names, json, { maxKeys: 5 }).map((value) => freezeDeep(value as JsonObject));

const leaf: fc.Arbitrary<StructuralSchema> = fc.constantFrom<StructuralSchema>(
  { type: 'string' },
  { type: 'string', default: 'd' },
  { type: 'integer', nullable: true },
  { type: 'integer', default: 3 },
  { 'x-kubernetes-int-or-string': true },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
);

const schemas = fc.letrec<{ any: StructuralSchema }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.dictionary(names, tie('any'), { maxKeys: 4 }).map((properties) => ({ type: 'object' as const, properties })),
    fc
      .dictionary(names, tie('any'), { maxKeys: 4 })
      .map((properties) => ({ type: 'object' as const, properties, default: {} })),
    tie('any').map((additionalProperties) => ({ type: 'object' as const, additionalProperties })),
    tie('any').map((items) => ({ type: 'array' as const, items })),
  ),
})).any;

const kinds = fc
  .dictionary(names, schemas, { maxKeys: 4 })
  .map((properties) => compileStructural({ type: 'object', properties }));

test('pruning and defaulting reach a fixed point in one round, on frozen input', (t) => {
  fc.assert(
    fc.property(kinds, objects, (structural, object) => {
      const before = canonical(object);
      const once = structural.applyDefaults(structural.prune(object).value);
      t.is(structural.applyDefaults(once), once, 'defaulting again gives the same object');
      const again = structural.prune(once);
      t.is(again.value, once, 'pruning again gives the same object');
      t.deepEqual(again.unknown, []);
      t.is(canonical(object), before, 'the input is as it was');
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('validation of any value against any schema ends without an exception, and is quiet about an unchanged object', (t) => {
  fc.assert(
    fc.property(kinds, objects, (structural, object) => {
      for (const issue of structural.validate(object)) t.regex(issue.reason, /^FieldValue/);
      const copy = structuredClone(object);
      t.deepEqual(structural.validate(copy, object), []);
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('any object goes through the walks of our largest kind', (t) => {
  const structural = compileStructural(container.schema, { metadata: objectMeta });
  fc.assert(
    fc.property(objects, (object) => {
      const { value } = structural.prune(object);
      structural.validate(structural.applyDefaults(value), value);
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('equal agrees with the canonical text', (t) => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      t.is(equal(a, b), canonical(a) === canonical(b));
      t.true(equal(a, structuredClone(a)));
    }),
    { numRuns: 500 },
  );
  t.pass();
});
