/** The CEL language of validation rules, as kube-apiserver 1.36 has it: expressions that hold, group by group. */
import test from 'ava';
import type { JsonValue } from '../../../schemas/object.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import { compileNode } from '../../../schemas/structural/node.ts';
import { checkExpression } from '../../../schemas/structural/rules/check.ts';
import { declareTypes } from '../../../schemas/structural/rules/types.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';
import { LANGUAGE } from './expressions/language.ts';
import { LIBRARY } from './expressions/library.ts';

const text: StructuralSchema = { type: 'string' };
const texts: StructuralSchema = { type: 'array', items: text };

const schema: StructuralSchema = {
  type: 'object',
  // without a rule no types are declared
  'x-kubernetes-validations': [{ rule: 'true' }],
  properties: {
    a: { type: 'integer' },
    d: { type: 'number' },
    b: { type: 'boolean' },
    s: text,
    l: texts,
    li: { type: 'array', items: { type: 'integer' } },
    m: { type: 'object', additionalProperties: text },
    dt: { type: 'string', format: 'date-time' },
    du: { type: 'string', format: 'duration' },
    by: { type: 'string', format: 'byte' },
    ios: { 'x-kubernetes-int-or-string': true },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['n'],
      items: { type: 'object', required: ['n'], properties: { n: text, p: { type: 'integer' } } },
    },
    set: { ...texts, 'x-kubernetes-list-type': 'set' },
    emb: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const value: JsonValue = {
  a: 5,
  d: 1.5,
  b: true,
  s: 'hello',
  l: ['a', 'b', 'c'],
  li: [3, 1, 2],
  m: { x: '1', y: '2' },
  dt: '2024-05-06T07:08:09Z',
  du: '1h30m',
  by: 'aGVsbG8=',
  ios: '50%',
  ports: [
    { n: 'http', p: 80 },
    { n: 'https', p: 443 },
  ],
  set: ['x', 'y'],
  emb: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
};

/** What the types of the schema say of an expression, and what it says of the value. */
function verdictOf(rule: string): string {
  const node = compileNode(schema, compileNode(objectMeta));
  const types = declareTypes(node);
  const environment = types.at(node, false);
  if (environment === undefined) return 'no types';
  const checked = checkExpression(environment, types.objects, rule);
  if ('problem' in checked) return checked.problem;
  const ruled = { ...schema, 'x-kubernetes-validations': [{ rule }] };
  const [issue] = compileStructural({ type: 'object', properties: { spec: ruled } }, { metadata: objectMeta }).validate(
    {
      spec: value,
    },
  );
  return issue === undefined ? 'holds' : issue.message;
}

const allHold = test.macro({
  exec(t, rules: readonly string[]) {
    const others = rules.map((rule) => [rule, verdictOf(rule)]).filter(([, verdict]) => verdict !== 'holds');
    t.deepEqual(others, []);
  },
  title: (group) => `CEL: ${group ?? ''}`,
});

for (const [group, rules] of Object.entries({ ...LANGUAGE, ...LIBRARY })) test(group, allHold, rules);

test('CEL: what the types cannot be is refused with its place', (t) => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['self.zz', /undefined field 'zz'/],
    ['self.a == 5.0', /no matching overload for '_==_' applied to '\(int, double\)'/],
    ['self.l.all(i, v, v > 1)', /no matching overload for '_>_' applied to '\(string, int\)'/],
    ['self.a.all(i, v, true)', /cannot be range of a comprehension/],
    ['self.?a.optMap(x, x + "s").hasValue()', /no matching overload for '_\+_' applied to '\(int, string\)'/],
    ['self.l.transformList(i, v, i)[0] == "a"', /no matching overload for '_==_' applied to '\(int, string\)'/],
  ];
  for (const [rule, problem] of refused) t.regex(verdictOf(rule), problem, rule);
});

test('CEL: an error in a comprehension counts only where no other item decides', (t) => {
  t.is(verdictOf('self.li.exists(i, v, 6 / (v - 1) == 3)'), 'holds', 'the last item decides');
  t.regex(verdictOf('self.li.all(i, v, 6 / (v - 1) > 0)'), /zero/);
  t.regex(verdictOf('self.li.exists_one(i, v, 6 / (v - 1) == 3)'), /zero/);
});

test('CEL: sets and keyed lists are compared and united without regard to order', (t) => {
  const rules = ['self.set == oldSelf.set', 'self.ports == oldSelf.ports', 'self == oldSelf', 'self.l == oldSelf.l'];
  const verdicts = (next: object): boolean[] =>
    rules.map((rule) => {
      const ruled = { ...schema, 'x-kubernetes-validations': [{ rule }] };
      const structural = compileStructural({ type: 'object', properties: { spec: ruled } });
      return structural.validate({ spec: { ...(value as object), ...next } }, { spec: value }).length === 0;
    });
  const [http, https] = [
    { n: 'http', p: 80 },
    { n: 'https', p: 443 },
  ];
  t.deepEqual(verdicts({ set: ['y', 'x'] }), [true, true, true, true]);
  t.deepEqual(verdicts({ ports: [https, http] }), [true, true, true, true]);
  t.deepEqual(verdicts({ ports: [https, { ...http, p: 81 }] }), [true, false, false, true]);
  t.deepEqual(verdicts({ set: ['y', 'z'] }), [false, true, false, true]);
  t.deepEqual(verdicts({ set: ['x'] }), [false, true, false, true]);
  t.deepEqual(verdicts({ l: ['c', 'b', 'a'] }), [true, true, false, false]);
});

test('CEL: comprehensions with two variables are stopped as others are', (t) => {
  const rule = 'self.li.all(a, b, self.li.all(c, d, self.li.all(e, f, self.li.all(g, h, a + c + e + g >= 0))))';
  const structural = compileStructural({
    type: 'object',
    properties: { spec: { ...schema, 'x-kubernetes-validations': [{ rule }] } },
  });
  const li = Array.from({ length: 1000 }, (_, index) => index);
  t.regex(structural.validate({ spec: { li } })[0]?.message ?? '', /running out of cost budget/);
});
