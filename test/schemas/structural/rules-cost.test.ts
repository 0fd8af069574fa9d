/** What a rule may cost, and what values of formats do to it. */
import test from 'ava';
import type { JsonObject } from '../../../schemas/object.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';

/** The first issue of a rule on `spec`, and the processor time it took, in milliseconds. */
function judge(rule: string, properties: Record<string, StructuralSchema>, spec: JsonObject) {
  const structural = compileStructural({
    type: 'object',
    properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': [{ rule }] } },
  });
  const before = process.cpuUsage();
  const [issue] = structural.validate({ spec });
  const { user, system } = process.cpuUsage(before);
  return { says: issue?.message, took: (user + system) / 1000 };
}

const integers: StructuralSchema = { type: 'array', items: { type: 'integer' } };
const tree: StructuralSchema = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: { type: 'integer' } },
};
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const treeOf = (branches: number, last: number): JsonObject =>
  Object.fromEntries(
    numbers(branches).map((at) => [
      `b${String(at)}`,
      Object.fromEntries(numbers(100).map((leaf) => [`l${String(leaf)}`, leaf === 99 ? last : leaf])),
    ]),
  );
const EXHAUSTED = /running out of cost budget/;
/** Far beyond what the budget allows, and far below what such rules took without. */
const MOST_MS = 1000;

const costs = test.macro((t, rule: string, properties: Record<string, StructuralSchema>, spec: JsonObject) => {
  const { says, took } = judge(rule, properties, spec);
  t.regex(says ?? '', EXHAUSTED);
  t.true(took < MOST_MS, `${String(took)} ms`);
});

test('a macro in a macro', costs, 'self.l.all(a, !self.l.exists(i, v, i < 0))', { l: integers }, { l: numbers(8000) });
test(
  'entries that a macro puts into a map',
  costs,
  'self.l.all(a, self.l.transformMapEntry(i, v, self.m).size() >= 0)',
  { l: integers, m: { type: 'object', additionalProperties: { type: 'integer' } } },
  { l: numbers(300), m: Object.fromEntries(numbers(1000).map((at) => [`k${String(at)}`, at])) },
);
for (const operator of ['==', '!=']) {
  test(
    `large values compared with ${operator} again and again`,
    costs,
    `self.l.all(a, self.l.all(b, (self.t ${operator} self.o) == (self.t ${operator} self.o)))`,
    { l: integers, t: tree, o: tree },
    { l: numbers(40), t: treeOf(200, 1), o: treeOf(200, 2) },
  );
}
test(
  'objects that are searched in a list',
  costs,
  'self.l.all(a, self.t.distinct().size() == self.t.size())',
  { l: integers, t: { type: 'array', items: tree, 'x-kubernetes-list-type': 'atomic' } },
  { l: numbers(1000), t: numbers(100).map((at) => treeOf(1, at)) },
);

test('a quantifier that is decided early does not pay for the rest', (t) => {
  const { says } = judge('self.l.all(a, self.l.exists(i, v, true))', { l: integers }, { l: numbers(8000) });
  t.is(says, undefined);
});

test('a large object is compared with what it was, several times', (t) => {
  const spec = treeOf(500, 1);
  const structural = compileStructural({
    type: 'object',
    properties: { spec: { ...tree, 'x-kubernetes-validations': [1, 2, 3].map(() => ({ rule: 'self == oldSelf' })) } },
  });
  t.deepEqual(structural.validate({ spec }, { spec: structuredClone(spec) }), []);
});

const sets: Record<string, StructuralSchema> = {
  a: {
    type: 'array',
    items: { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' },
    'x-kubernetes-list-type': 'atomic',
  },
  b: { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' },
};
for (const rule of [
  'self.a.indexOf(self.b) == 1',
  'self.a.distinct().size() == 2',
  'sets.contains(self.a, [self.b])',
]) {
  test(`sets in a list are compared as sets: ${rule}`, (t) => {
    t.is(judge(rule, sets, { a: [[1], [2, 3], [3, 2]], b: [3, 2] }).says, undefined);
  });
}

test('a set is in a list that has it in another order, and scalars are in a set', (t) => {
  const spec = { a: [[1], [2, 3]], b: [3, 2] };
  for (const rule of [
    'self.b in self.a',
    '[3, 2] in self.a',
    '!([2, 3, 4] in self.a)',
    '2 in self.b',
    '!(4 in self.b)',
  ])
    t.is(judge(rule, sets, spec).says, undefined, rule);
});

const durations: readonly (readonly [text: string, rule: string])[] = [
  ['1 day', "self.d == duration('24h')"],
  ['+1.5h', "self.d == duration('90m')"],
  ['-90s', "self.d < duration('0s')"],
  ['9999999h', "self.d != duration('1s')"],
];
for (const [text, rule] of durations) {
  test(`a duration of ${text} is what the API server takes it for`, (t) => {
    t.is(judge(rule, { d: { type: 'string', format: 'duration' } }, { d: text }).says, undefined);
  });
}

const invalid: readonly (readonly [format: string, text: string])[] = [
  ['duration', `${'9'.repeat(400)}h`],
  ['duration', 'soon'],
  ['date-time', '2020-01-01T00:00:00+99:99'],
  ['date-time', 'today'],
  ['date', '2020-02-30'],
  ['byte', '%'],
];
for (const [format, text] of invalid) {
  test(`a text that is no ${format} does no harm to a rule: ${text.slice(0, 30)}`, (t) => {
    t.notThrows(() =>
      judge("self.d == self.d && string(self.d) != ''", { d: { type: 'string', format } }, { d: text }),
    );
  });
}
