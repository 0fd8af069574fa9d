import test from 'ava';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import { frozen, parseFrozen } from './frozen.ts';

const text: StructuralSchema = { type: 'string' };

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: text,
        list: { type: 'array', items: { type: 'object', properties: { a: text } } },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text } } },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object', properties: { a: text } } },
        },
        anything: { type: 'object', additionalProperties: true },
        embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
        port: { 'x-kubernetes-int-or-string': true },
        closed: { type: 'object' },
      },
    },
  },
};

const structural = compileStructural(schema, { metadata: objectMeta });

const drops = test.macro({
  exec(t, spec: object, expected: object, unknown: readonly string[]) {
    const result = structural.prune(frozen({ spec }));
    t.deepEqual(result.value, { spec: expected });
    t.deepEqual(
      result.unknown.map((field) => field.path),
      unknown,
    );
  },
  title: (name) => `pruning ${name ?? ''}`,
});

test('drops an unknown field', drops, { name: 'x', zzz: 1 }, { name: 'x' }, ['spec.zzz']);
test('reaches list items', drops, { list: [{ a: '1' }, { a: '2', b: 3 }] }, { list: [{ a: '1' }, { a: '2' }] }, [
  'spec.list[1].b',
]);
test('reaches map values', drops, { map: { k: { a: '1', b: 2 } } }, { map: { k: { a: '1' } } }, ['spec.map.k.b']);
test('leaves preserved fields alone', drops, { open: { x: { y: 1 } } }, { open: { x: { y: 1 } } }, []);
test(
  'goes on below known fields of a preserving object',
  drops,
  { open: { known: { a: 'x', b: 1 } } },
  { open: { known: { a: 'x' } } },
  ['spec.open.known.b'],
);
test('leaves additionalProperties: true alone', drops, { anything: { x: [1] } }, { anything: { x: [1] } }, []);
test('empties an object that declares nothing', drops, { closed: { x: 1 } }, { closed: {} }, ['spec.closed.x']);
test(
  'knows apiVersion, kind and metadata of an embedded resource',
  drops,
  { embedded: { apiVersion: 'v1', kind: 'K', metadata: { name: 'n', lbels: {} }, spec: {}, more: 1 } },
  { embedded: { apiVersion: 'v1', kind: 'K', metadata: { name: 'n' }, spec: {} } },
  ['spec.embedded.metadata.lbels', 'spec.embedded.more'],
);
test(
  'leaves a value of the wrong type to validation',
  drops,
  { name: { a: 1 }, list: { b: 1 } },
  { name: { a: 1 }, list: { b: 1 } },
  [],
);
test('takes both forms of int-or-string', drops, { port: 'http' }, { port: 'http' }, []);

test('an object without unknown fields comes back itself', (t) => {
  const object = frozen({
    apiVersion: 'v1',
    kind: 'K',
    metadata: { name: 'n', labels: { a: 'b' } },
    spec: { name: 'x' },
  });
  t.is(structural.prune(object).value, object);
});

test('unknown metadata is reported with the names that are known there', (t) => {
  const { unknown } = structural.prune(frozen({ metadata: { lbels: {} } }));
  t.is(unknown[0]?.path, 'metadata.lbels');
  t.true(unknown[0]?.known.includes('labels'));
});

test('parts without unknown fields are shared with the input', (t) => {
  const object = frozen({ spec: { zzz: 1, map: { k: { a: '1' } } } });
  const { value } = structural.prune(object);
  t.is((value['spec'] as Record<string, unknown>)['map'], (object['spec'] as Record<string, unknown>)['map']);
});

test('names of prototypes are unknown fields like any other, and map keys like any other', (t) => {
  const unknown = structural.prune(parseFrozen('{"spec":{"__proto__":{"x":1},"constructor":1,"toString":2}}'));
  t.deepEqual(
    unknown.unknown.map((field) => field.path),
    ['spec.__proto__', 'spec.constructor', 'spec.toString'],
  );
  t.deepEqual(Object.keys(unknown.value['spec'] as object), []);
  const map = parseFrozen('{"spec":{"map":{"__proto__":{"a":"1","b":2},"constructor":{"a":"2"}}}}');
  const kept = structural.prune(map);
  t.is(JSON.stringify(kept.value), '{"spec":{"map":{"__proto__":{"a":"1"},"constructor":{"a":"2"}}}}');
});

test('no more than a hundred unknown fields are reported, and all are dropped', (t) => {
  const spec = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${String(i)}`, i]));
  const result = structural.prune({ spec });
  t.is(result.unknown.length, 100);
  t.deepEqual(result.value, { spec: {} });
});
