import * as fc from 'fast-check';
import test from 'ava';
import {
  compareSteps,
  difference,
  emptySet,
  hasPath,
  intersection,
  isEmpty,
  leafSet,
  paths,
  recursiveDifference,
  sameSet,
  setOf,
  union,
  type FieldSet,
} from '../../../api/apply/field-set.ts';
import { FieldsV1Error, parseFieldsV1, serialiseFieldsV1 } from '../../../api/apply/fields-v1.ts';
import { showPath } from '../../../api/apply/path-step.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';

const steps = fc.constantFrom('f:a', 'f:b', 'f:__proto__', 'k:{"name":"x"}', 'v:"q"', 'i:0', 'i:10');

const below: fc.Arbitrary<FieldSet> = fc.letrec<{ set: FieldSet }>((tie) => ({
  set: fc.oneof(
    { maxDepth: 4 },
    fc.constant(leafSet),
    fc
      .tuple(fc.boolean(), fc.array(fc.tuple(steps, tie('set')), { maxLength: 3 }))
      .map(([member, children]) => setOf(member, new Map(children.filter(([, child]) => !isEmpty(child))))),
  ),
})).set;

const sets = below.map((set) => setOf(false, set.children));

const texts = (set: FieldSet): string[] => Array.from(paths(set), (path) => path.join('/'));

const law = test.macro({
  exec(t, holds: (a: FieldSet, b: FieldSet, c: FieldSet) => boolean) {
    fc.assert(fc.property(sets, sets, sets, holds), { numRuns: 500 });
    t.pass();
  },
  title: (name) => `law: ${name ?? ''}`,
});

test('union is membership in either', law, (a, b) => {
  const expected = new Set([...texts(a), ...texts(b)]);
  return texts(union(a, b)).length === expected.size && texts(union(a, b)).every((path) => expected.has(path));
});
test('difference is membership in the first only', law, (a, b) => {
  const others = new Set(texts(b));
  return (
    texts(difference(a, b)).join() ===
    texts(a)
      .filter((path) => !others.has(path))
      .join()
  );
});
test('intersection is membership in both', law, (a, b) => {
  const others = new Set(texts(b));
  return (
    texts(intersection(a, b)).join() ===
    texts(a)
      .filter((path) => others.has(path))
      .join()
  );
});
test('recursive difference also drops what is below', law, (a, b) => {
  const others = [...paths(b)].map((path) => path.join('/'));
  const under = (path: string): boolean => others.some((other) => path === other || path.startsWith(`${other}/`));
  return (
    texts(recursiveDifference(a, b)).join() ===
    texts(a)
      .filter((path) => !under(path))
      .join()
  );
});
test(
  'union commutes and associates',
  law,
  (a, b, c) => sameSet(union(a, b), union(b, a)) && sameSet(union(a, union(b, c)), union(union(a, b), c)),
);
test('a set is its difference and its intersection with another', law, (a, b) =>
  sameSet(a, union(difference(a, b), intersection(a, b))),
);
test(
  'nothing changes nothing, and gives back the very set',
  law,
  (a) =>
    union(a, emptySet) === a && difference(a, emptySet) === a && intersection(a, a) === a && isEmpty(difference(a, a)),
);
test(
  'an operation without effect gives back its left operand',
  law,
  (a, b) => union(union(a, b), b) === union(a, b) || sameSet(union(union(a, b), b), union(a, b)),
);
test('every listed path is in the set', law, (a) => [...paths(a)].every((path) => hasPath(a, path)));
test('the wire form can be read back and is canonical', law, (a) => {
  const wire = JSON.stringify(serialiseFieldsV1(a));
  const back = parseFieldsV1(JSON.parse(wire) as JsonObject);
  return sameSet(back, a) && JSON.stringify(serialiseFieldsV1(back)) === wire;
});

test('the wire’s order is the marker, fields, keys, values, positions by number', (t) => {
  const wire = '{"f:a":{".":{},"f:b":{},"f:c":{},"k:{\\"n\\":1}":{},"v:\\"q\\"":{},"i:2":{},"i:10":{}}}';
  const mixed = '{"f:a":{"i:10":{},"v:\\"q\\"":{},"i:2":{},"f:c":{},"k:{\\"n\\":1}":{},"f:b":{},".":{}}}';
  t.is(JSON.stringify(serialiseFieldsV1(parseFieldsV1(JSON.parse(mixed) as JsonObject))), wire);
  t.deepEqual(['i:2', 'v:1', 'k:{}', 'f:b', 'f:a', 'i:10'].sort(compareSteps), [
    'f:a',
    'f:b',
    'k:{}',
    'v:1',
    'i:2',
    'i:10',
  ]);
});

test('keys written in another order or with spaces are the same keys', (t) => {
  const [a, b] = ['{"k:{\\"a\\":1,\\"b\\":\\"x\\"}":{}}', '{"k:{ \\"b\\": \\"x\\", \\"a\\": 1 }":{}}'].map((text) =>
    parseFieldsV1(JSON.parse(text) as JsonObject),
  );
  t.true(sameSet(a ?? emptySet, b ?? emptySet) && !isEmpty(a ?? emptySet));
});

for (const bad of ['{"x":{}}', '{"f:a":1}', '{"k:nope":{}}', '{"v:":{}}', '{"i:-1":{}}', '{"k:[]":{}}']) {
  test(`fieldsV1 ${bad} cannot be read`, (t) => {
    t.throws(() => parseFieldsV1(JSON.parse(bad) as JsonObject), { instanceOf: FieldsV1Error });
  });
}

test('a set that nests without end cannot be read', (t) => {
  let json: JsonObject = {};
  for (let i = 0; i < 5000; i++) json = { 'f:a': json };
  t.throws(() => parseFieldsV1(json), { instanceOf: FieldsV1Error, message: /deeper than/ });
});

test('a frozen set is parsed once with a cache, a set that may change each time', (t) => {
  const cache = new WeakMap<JsonObject, FieldSet>();
  const stored = freezeDeep({ 'f:a': {} });
  t.is(parseFieldsV1(stored, cache), parseFieldsV1(stored, cache));
  const loose = { 'f:a': {} };
  t.not(parseFieldsV1(loose, cache), parseFieldsV1(loose, cache));
});

test('paths read as conflicts show them', (t) => {
  t.is(
    showPath(['f:spec', 'f:ports', 'k:{"name":"https","port":1}', 'f:port']),
    '.spec.ports[name="https",port=1].port',
  );
  t.is(showPath(['f:tags', 'v:"a"']), '.tags[="a"]');
  t.is(showPath(['f:list', 'i:3']), '.list[3]');
});
