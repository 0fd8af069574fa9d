import test from 'ava';
import type { JsonValue } from '../../../schemas/object.ts';
import { show } from '../../../schemas/structural/issue.ts';
import type { StructuralSchema, ValidationRule } from '../../../schemas/structural/schema.ts';
import { compileShape } from '../../../schemas/structural/shape.ts';
import { compileStructural, SchemaError } from '../../../schemas/structural/structural.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const withRules = (
  rules: readonly ValidationRule[],
  properties: Record<string, StructuralSchema>,
): StructuralSchema => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': rules } },
});

const everything: Record<string, StructuralSchema> = {
  n: { type: 'integer' },
  m: { type: 'integer' },
  f: { type: 'number' },
  s: { type: 'string' },
  when: { type: 'string', format: 'date-time' },
  port: { 'x-kubernetes-int-or-string': true },
  list: { type: 'array', items: { type: 'integer' } },
  names: { type: 'array', items: { type: 'string' } },
  map: { type: 'object', additionalProperties: { type: 'string' } },
  namespace: { type: 'string' },
  'with-dash': { type: 'string' },
  items: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, n: { type: 'integer' } } } },
};

const says = test.macro({
  exec(t, rule: string, spec: JsonValue, holds: boolean) {
    const issues = compileStructural(withRules([{ rule }], everything)).validate({ spec });
    t.deepEqual(
      issues.map((issue) => issue.message),
      holds ? [] : [`Invalid value: failed rule: ${rule}`],
    );
  },
  title: (_, rule: string, spec: JsonValue, holds: boolean) =>
    `CEL: ${rule} ${holds ? 'holds' : 'fails'} for ${show(spec)}`,
});

test(says, 'self.n > 1 && self.n <= 3', { n: 2 }, true);
test(says, 'self.n > 1', { n: 1 }, false);
test(says, 'self.n + self.m == 5', { n: 2, m: 3 }, true);
test(says, 'self.f > 1.5', { f: 2 }, true);
test(says, '!has(self.n) || self.n > 0', {}, true);
test(says, 'has(self.n) != has(self.m)', { n: 1, m: 1 }, false);
test(says, '[has(self.n), has(self.m)].filter(x, x).size() <= 1', { n: 1, m: 1 }, false);
test(says, "self.s.matches('^[a-z]+$')", { s: 'abc' }, true);
test(says, "self.s.matches('(?i)^abc$')", { s: 'ABC' }, true);
test(says, "self.s.startsWith('a') ? self.s.size() == 3 : true", { s: 'abc' }, true);
test(says, "self.s in ['a', 'b']", { s: 'c' }, false);
test(says, "'k' in self.map && self.map['k'] == 'v'", { map: { k: 'v' } }, true);
test(says, "self.map.all(k, self.map[k] != '')", { map: { a: '1', b: '' } }, false);
test(says, 'self.list.all(x, x > 0) && self.list.exists(x, x == 2)', { list: [1, 2] }, true);
test(says, 'self.list.exists_one(x, x == 1)', { list: [1, 1] }, false);
test(says, 'self.list.map(x, x * 2) == [2, 4]', { list: [1, 2] }, true);
test(
  says,
  'self.list.isSorted() && self.list.sum() == 6 && self.list.min() == 1 && self.list.max() == 3',
  { list: [1, 2, 3] },
  true,
);
test(says, 'self.list.indexOf(2) == 1 && self.list.lastIndexOf(2) == 2', { list: [1, 2, 2] }, true);
test(says, "self.items.exists(i, i.name == 'a' && i.n == 1)", { items: [{ name: 'a', n: 1 }] }, true);
test(says, "type(self.port) == int ? self.port < 10 : self.port == 'http'", { port: 'http' }, true);
test(says, "type(self.port) == int ? self.port < 10 : self.port == 'http'", { port: 8 }, true);
test(says, "self.__namespace__ == 'x' && self.with__dash__dash == 'y'", { namespace: 'x', 'with-dash': 'y' }, true);
test(says, "self.when > timestamp('2026-01-01T00:00:00Z')", { when: '2026-06-01T00:00:00Z' }, true);
test(says, "isQuantity(self.s) && !isQuantity('x') && !isURL(self.s)", { s: '64Mi' }, true);
test(
  says,
  "self.names.join(',') == 'a,b' && self.s.replace('a', 'b').charAt(0) == 'b'",
  { names: ['a', 'b'], s: 'a' },
  true,
);
test(says, 'self.n == 9007199254740993', { n: 9007199254740993n as unknown as number }, true);
test(says, "self.?s.orValue('none') == 'none'", {}, true);

test('message, messageExpression, reason and fieldPath shape the issue', (t) => {
  const structural = compileStructural(
    withRules(
      [
        { rule: 'self.n < 1', message: 'too big', reason: 'FieldValueForbidden', fieldPath: '.n' },
        { rule: 'self.n < 2', messageExpression: "'is ' + string(self.n)", message: 'unused' },
        {
          rule: 'self.n < 3',
          messageExpression: 'self.map.nope',
          message: 'fallback',
          fieldPath: ".map['a.b']",
          reason: 'FieldValueRequired',
        },
        { rule: 'self.n < 4', reason: 'FieldValueDuplicate' },
      ],
      everything,
    ),
  );
  t.deepEqual(structural.validate({ spec: { n: 5, map: {} } }), [
    { path: 'spec.n', reason: 'FieldValueForbidden', message: 'Forbidden: too big' },
    { path: 'spec', reason: 'FieldValueInvalid', message: 'Invalid value: is 5' },
    { path: 'spec.map[a.b]', reason: 'FieldValueRequired', message: 'Required value: fallback' },
    { path: 'spec', reason: 'FieldValueDuplicate', message: 'Duplicate value' },
  ]);
});

test('transition rules run on update only, and see the former self', (t) => {
  const structural = compileStructural(withRules([{ rule: 'self.n >= oldSelf.n', message: 'only up' }], everything));
  t.deepEqual(structural.validate({ spec: { n: 1 } }), []);
  t.deepEqual(structural.validate({ spec: { n: 2 } }, { spec: { n: 1 } }), []);
  t.is(structural.validate({ spec: { n: 1 } }, { spec: { n: 2 } })[0]?.message, 'Invalid value: only up');
});

test('optionalOldSelf makes a transition rule run on create as well', (t) => {
  const rule = { rule: 'oldSelf.hasValue() || self.n == 0', optionalOldSelf: true };
  const structural = compileStructural(withRules([rule], everything));
  t.is(structural.validate({ spec: { n: 1 } }).length, 1);
  t.is(structural.validate({ spec: { n: 1 } }, { spec: { n: 0 } }).length, 0);
});

const listOf = (listType: 'map' | 'atomic'): StructuralSchema => ({
  type: 'object',
  properties: {
    list: {
      type: 'array',
      'x-kubernetes-list-type': listType,
      ...(listType === 'map' ? { 'x-kubernetes-list-map-keys': ['name'] } : {}),
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          v: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed' }] },
        },
      },
    },
  },
});

test('a former self that may be missing is compared with what is there', (t) => {
  const rules = [
    '!oldSelf.hasValue() || self >= oldSelf.value()',
    'oldSelf.optMap(o, self >= o).orValue(true)',
    'self - oldSelf.orValue(self) >= 0',
    'oldSelf.hasValue() ? oldSelf.value() + 1 == self || self == oldSelf.value() || self > 2 : true',
  ];
  for (const rule of rules) {
    const n: StructuralSchema = { type: 'integer', 'x-kubernetes-validations': [{ rule, optionalOldSelf: true }] };
    const structural = compileStructural({ type: 'object', properties: { n } });
    const verdicts = [
      structural.validate({ n: 1 }),
      structural.validate({ n: 3 }, { n: 2 }),
      structural.validate({ n: 1 }, { n: 2 }),
    ];
    t.deepEqual(
      verdicts.map((issues) => issues.map(({ message }) => message)),
      [[], [], [`Invalid value: 1: failed rule: ${rule}`]],
    );
  }
});

test('items of a keyed list have former selves, items of an atomic list have none', (t) => {
  const old = {
    list: [
      { name: 'a', v: '1' },
      { name: 'b', v: '2' },
    ],
  };
  const now = {
    list: [
      { name: 'b', v: '9' },
      { name: 'c', v: '3' },
    ],
  };
  t.deepEqual(
    compileStructural(listOf('map'))
      .validate(now, old)
      .map((issue) => issue.path),
    ['list[0].v'],
  );
  t.deepEqual(compileStructural(listOf('atomic')).validate(now, old), []);
});

test('an unchanged value that a newer rule refuses is let through', (t) => {
  const structural = compileStructural(withRules([{ rule: 'self.n > 10' }], everything));
  t.is(structural.validate({ spec: { n: 1 } }, { spec: { n: 1 } }).length, 0);
  t.is(structural.validate({ spec: { n: 2 } }, { spec: { n: 1 } }).length, 1);
});

test('a shape checks values and leaves rules to the server', (t) => {
  const schema = withRules([{ rule: 'false' }], everything);
  t.deepEqual(compileShape(schema).validateValues({ spec: { n: 1 } }), []);
  t.is(compileShape(schema).validateValues({ spec: { n: 'x' } }).length, 1);
});

test('rules wait until the value is of the right shape, and somebody says so', (t) => {
  const schema = withRules([{ rule: 'self.n > 10', message: 'more' }], {
    ...everything,
    s: { type: 'string', pattern: '^a' },
  });
  const issuesOf = (spec: JsonValue) => compileStructural(schema).validate({ spec });
  t.deepEqual(
    issuesOf({ n: 'x' }).map(({ path, message }) => `${path}: ${message}`),
    [
      'spec.n: Invalid value: "string": spec.n in body must be of type integer: "string"',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ],
  );
  t.deepEqual(
    issuesOf({ n: 1, s: 'b' }).map(({ path, message }) => `${path}: ${message}`),
    ['spec.s: Invalid value: "b": spec.s in body should match \'^a\'', 'spec: Invalid value: more'],
    'a wrong value does not keep others from being looked at',
  );
});

test('a rule that cannot be evaluated is an issue, not an exception', (t) => {
  const [issue] = compileStructural(withRules([{ rule: 'self.n > 1' }], everything)).validate({ spec: {} });
  t.regex(issue?.message ?? '', /^Invalid value: "object": no such key: n evaluating rule: self\.n > 1$/);
});

const broken = test.macro({
  exec(t, rule: ValidationRule, place: string, message: RegExp) {
    const error = t.throws(() => compileStructural(withRules([rule], everything)), {
      instanceOf: SchemaError,
      message,
    });
    t.is(error.path, `properties.spec.x-kubernetes-validations[0].${place}`);
  },
  title: (_, rule) => `a schema with the rule ${JSON.stringify(rule).slice(0, 60)} is refused`,
});

test(broken, { rule: 'self.' }, 'rule', /no valid CEL/);
test(broken, { rule: 'nope(self)' }, 'rule', /nope/);
test(broken, { rule: 'other.n == 1' }, 'rule', /Unknown variable/);
test(broken, { rule: "'a'" }, 'rule', /must give bool/);
test(broken, { rule: 'true', messageExpression: '1' }, 'messageExpression', /must give string/);
test(broken, { rule: 'true', fieldPath: 'spec[' }, 'fieldPath', /no field path/);
test(broken, { rule: `true || ${'true || '.repeat(5000)}true` }, 'rule', /longer/);

test('a rule that loops without end is stopped', (t) => {
  const rule = 'self.list.all(a, self.list.all(b, self.list.all(c, self.list.all(d, a + b + c + d >= 0))))';
  const structural = compileStructural(withRules([{ rule }], everything));
  const list = Array.from({ length: 1000 }, (_, i) => i);
  const taken = cpuMs(() => {
    t.regex(structural.validate({ spec: { list } })[0]?.message ?? '', /running out of cost budget/);
  });
  t.true(taken < 3000, `${taken} ms`);
  t.deepEqual(structural.validate({ spec: { list: [1, 2] } }), [], 'the next evaluation starts afresh');
});

test('the rules of all items together have one bound', (t) => {
  const item: StructuralSchema = {
    type: 'object',
    properties: { l: { type: 'array', items: { type: 'integer' } } },
    'x-kubernetes-validations': [{ rule: 'self.l.all(a, self.l.all(b, a + b >= 0))' }],
  };
  const structural = compileStructural({ type: 'object', properties: { items: { type: 'array', items: item } } });
  const l = Array.from({ length: 100 }, (_, i) => i);
  t.deepEqual(structural.validate({ items: [{ l }, { l }] }), []);
  const taken = cpuMs(() => {
    const issues = structural.validate({ items: Array.from({ length: 1000 }, () => ({ l })) });
    t.true(issues.length > 0 && issues.length <= 101);
  });
  t.true(taken < 2000, `${taken} ms`);
});

test('keys of maps that are methods elsewhere are keys in CEL', (t) => {
  const structural = compileStructural(
    withRules([{ rule: "self.map.all(k, self.map[k] == 'x') && self.map.size() == 3" }], everything),
  );
  const value = JSON.parse('{"spec":{"map":{"__proto__":"x","constructor":"x","size":"x"}}}') as { spec: JsonValue };
  t.deepEqual(structural.validate(value), []);
});
