import test from 'ava';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural, SchemaError } from '../../../schemas/structural/structural.ts';
import { frozen, nested, parseFrozen } from './frozen.ts';
import { issuesOf, specOf } from './issues-of.ts';

test('a required field is named by its own path', (t) => {
  t.deepEqual(issuesOf(specOf({ size: { type: 'integer' } }, { required: ['size'] }), {}), [
    'spec.size: Required value',
  ]);
  const [issue] = compileStructural(specOf({}, { required: ['size'] })).validate({ spec: {} });
  t.is(issue?.reason, 'FieldValueRequired');
});

test('a required field is not found on a prototype', (t) => {
  t.deepEqual(issuesOf(specOf({ ['toString' as string]: { type: 'string' } }, { required: ['toString'] }), {}), [
    'spec.toString: Required value',
  ]);
});

test('an unknown format and an unknown field are nobody’s business', (t) => {
  t.deepEqual(issuesOf(specOf({ x: { type: 'string', format: 'constructor' } }), { x: 'a', y: 1 }), []);
});

test('what was wrong before and is unchanged is let through, and only that', (t) => {
  const schema = specOf(
    { a: { type: 'string', maxLength: 1 }, b: { type: 'string', maxLength: 1 } },
    { required: ['c'] },
  );
  t.deepEqual(issuesOf(schema, { a: 'xx', b: 'y' }, { a: 'xx', b: 'z' }), ['spec.c: Required value']);
  t.deepEqual(issuesOf(schema, { a: 'xx', b: 'yy' }, { a: 'xx', b: 'yy' }), []);
  t.deepEqual(issuesOf(schema, { a: 'xxx', c: 1 }, { a: 'xx', c: 1 }), [
    'spec.a: Too long: may not be more than 1 byte',
  ]);
});

test('items of a keyed list are compared with their former selves, wherever they stand', (t) => {
  const schema = specOf({
    list: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' }, v: { type: 'string', maxLength: 1 } } },
    },
  });
  const old = {
    list: [
      { name: 'a', v: 'xx' },
      { name: 'b', v: 'y' },
    ],
  };
  t.deepEqual(
    issuesOf(
      schema,
      {
        list: [
          { name: 'c', v: 'z' },
          { name: 'a', v: 'xx' },
        ],
      },
      old,
    ),
    [],
  );
  t.deepEqual(issuesOf(schema, { list: [{ name: 'c', v: 'xx' }] }, old), [
    'spec.list[0].v: Too long: may not be more than 1 byte',
  ]);
});

test('a CRD may narrow metadata beside ObjectMeta’s own schema', (t) => {
  const structural = compileStructural(
    {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } } },
    },
    { metadata: { type: 'object', properties: { name: { type: 'string' }, generation: { type: 'integer' } } } },
  );
  t.deepEqual(
    structural.validate({ metadata: { name: 'long', generation: 'x' } }).map((issue) => issue.path),
    ['metadata.generation', 'metadata.name'],
  );
});

test('issues are bounded, and so is what they show of a value', (t) => {
  const many = issuesOf(specOf({ l: { type: 'array', items: { type: 'string' } } }), {
    l: Array.from({ length: 5000 }, () => 1),
  });
  t.true(many.length <= 101);
  const [long = ''] = issuesOf(specOf({ s: { type: 'string', enum: ['a'] } }), { s: 'x'.repeat(1_000_000) });
  t.true(long.length < 500);
});

test('values that nest 10,000 levels neither overflow nor stall any walk', (t) => {
  const structural = compileStructural(
    specOf({
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      set: {
        type: 'array',
        'x-kubernetes-list-type': 'set',
        items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
      one: { enum: [{ a: 1 }] },
    }),
  );
  const value = {
    spec: { open: nested(10_000), set: [nested(10_000), nested(10_000)], one: nested(10_000), gone: nested(10_000) },
  };
  const pruned = structural.prune(value);
  t.deepEqual(
    pruned.unknown.map((field) => field.path),
    ['spec.gone'],
  );
  const issues = structural.validate(structural.applyDefaults(pruned.value), { spec: { open: nested(10_000) } });
  t.deepEqual(
    issues.map((issue) => issue.path),
    ['spec.set[1]', 'spec.one'],
  );
});

test('a schema that nests without end is refused with its path', (t) => {
  let schema: StructuralSchema = { type: 'string' };
  for (let i = 0; i < 2000; i++) schema = { type: 'object', properties: { a: schema } };
  const error = t.throws(() => compileStructural(schema), { instanceOf: SchemaError });
  t.regex(error.path, /^properties\.a\.properties\.a/);
});

test('validation never changes its input', (t) => {
  const object = parseFrozen('{"spec":{"x":[1,"a"],"__proto__":{"polluted":true}}}');
  compileStructural(specOf({ x: { type: 'array', items: { type: 'string' } } })).validate(object, frozen({ spec: {} }));
  t.is(({} as { polluted?: boolean }).polluted, undefined);
});
