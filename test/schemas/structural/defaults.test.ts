import test from 'ava';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';
import { frozen, parseFrozen } from './frozen.ts';

const item: StructuralSchema = {
  type: 'object',
  properties: { proto: { type: 'string', default: 'TCP' }, note: { type: 'string' } },
};

const structural = compileStructural({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      default: {},
      properties: {
        policy: { type: 'string', default: 'Retain' },
        size: { type: 'integer' },
        maybe: { type: 'string', nullable: true, default: 'x' },
        ports: { type: 'array', items: item },
        byName: { type: 'object', additionalProperties: item },
        nested: {
          type: 'object',
          default: { a: 'b' },
          properties: { a: { type: 'string' }, c: { type: 'integer', default: 3 } },
        },
        names: { type: 'array', items: { type: 'string', default: 'none' } },
      },
    },
  },
});

const filled = { policy: 'Retain', maybe: 'x', nested: { a: 'b', c: 3 } };

const defaults = test.macro({
  exec(t, object: object, expected: object) {
    t.deepEqual(structural.applyDefaults(frozen(object)), expected);
  },
  title: (name) => `defaulting ${name ?? ''}`,
});

test('fills an absent object with its default and that with its own', defaults, {}, { spec: filled });
test(
  'leaves given values',
  defaults,
  { spec: { ...filled, policy: 'Delete' } },
  { spec: { ...filled, policy: 'Delete' } },
);
test(
  'reaches list items',
  defaults,
  { spec: { ports: [{}, { proto: 'UDP' }] } },
  { spec: { ...filled, ports: [{ proto: 'TCP' }, { proto: 'UDP' }] } },
);
test(
  'reaches map values',
  defaults,
  { spec: { byName: { a: { note: 'n' } } } },
  { spec: { ...filled, byName: { a: { note: 'n', proto: 'TCP' } } } },
);
test('turns null into the default', defaults, { spec: { policy: null } }, { spec: filled });
test('drops null where there is no default', defaults, { spec: { size: null, ports: null } }, { spec: filled });
test(
  'keeps null where the schema allows it',
  defaults,
  { spec: { maybe: null } },
  { spec: { ...filled, maybe: null } },
);
test(
  'turns a null item into the default of items',
  defaults,
  { spec: { names: ['a', null] } },
  { spec: { ...filled, names: ['a', 'none'] } },
);
test('leaves a value of the wrong type to validation', defaults, { spec: 'x' }, { spec: 'x' });

test('an object that lacks nothing comes back itself', (t) => {
  const object = frozen({ spec: { ...filled, ports: [{ proto: 'TCP' }] } });
  t.is(structural.applyDefaults(object), object);
});

test('defaults are frozen, so that one object cannot change the next', (t) => {
  const first = structural.applyDefaults({})['spec'] as Record<string, object>;
  t.true(Object.isFrozen(structural.root.properties.get('spec')?.properties.get('nested')?.default));
  t.throws(() => Object.assign(structural.root.properties.get('spec')?.default as object, { evil: 1 }));
  t.deepEqual(first['nested'], { a: 'b', c: 3 });
});

test('a field that is called like a method of objects gets its default', (t) => {
  const properties = JSON.parse(
    '{"toString":{"type":"string","default":"t"},"__proto__":{"type":"string","default":"p"}}',
  ) as Record<string, StructuralSchema>;
  const odd = compileStructural({ type: 'object', properties });
  const result = odd.applyDefaults(parseFrozen('{}'));
  t.is(JSON.stringify(result), '{"toString":"t","__proto__":"p"}');
});
