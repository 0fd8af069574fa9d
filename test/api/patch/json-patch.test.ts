import test from 'ava';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { PatchError, type PatchErrorKind } from '../../../api/patch/patch-error.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const parse = (text: string): JsonValue => freezeDeep(JSON.parse(text) as JsonValue);

/** Objects and operations as texts, so that `__proto__` is a key and the order of keys is told. */
const gives = test.macro({
  exec(t, before: string, patch: string, after: string) {
    const object = parse(before) as JsonObject;
    t.is(JSON.stringify(applyJsonPatch(object, parse(patch))), after);
    t.is(JSON.stringify(object), before);
  },
  title: (name) => `JSON patch: ${name ?? ''}`,
});

test('add sets a member', gives, '{"a":1}', '[{"op":"add","path":"/b","value":2}]', '{"a":1,"b":2}');
test('add replaces a member', gives, '{"a":1}', '[{"op":"add","path":"/a","value":[2]}]', '{"a":[2]}');
test('add inserts an item', gives, '{"l":[1,3]}', '[{"op":"add","path":"/l/1","value":2}]', '{"l":[1,2,3]}');
test('add inserts behind the last', gives, '{"l":[1]}', '[{"op":"add","path":"/l/1","value":2}]', '{"l":[1,2]}');
test('add appends with -', gives, '{"l":[1]}', '[{"op":"add","path":"/l/-","value":2}]', '{"l":[1,2]}');
test('add replaces the whole', gives, '{"a":1}', '[{"op":"add","path":"","value":{"b":2}}]', '{"b":2}');
test('remove a member', gives, '{"a":1,"b":2}', '[{"op":"remove","path":"/a"}]', '{"b":2}');
test('remove an item', gives, '{"l":[1,2,3]}', '[{"op":"remove","path":"/l/1"}]', '{"l":[1,3]}');
test('replace', gives, '{"a":{"b":1}}', '[{"op":"replace","path":"/a/b","value":null}]', '{"a":{"b":null}}');
test('replace an item', gives, '{"l":[1,2]}', '[{"op":"replace","path":"/l/0","value":9}]', '{"l":[9,2]}');
test('move', gives, '{"a":{"x":1},"b":{}}', '[{"op":"move","from":"/a/x","path":"/b/y"}]', '{"a":{},"b":{"y":1}}');
test('move within a list', gives, '{"l":[1,2,3]}', '[{"op":"move","from":"/l/0","path":"/l/2"}]', '{"l":[2,3,1]}');
test('move onto itself', gives, '{"a":1}', '[{"op":"move","from":"/a","path":"/a"}]', '{"a":1}');
test('copy', gives, '{"a":{"x":1}}', '[{"op":"copy","from":"/a","path":"/b"}]', '{"a":{"x":1},"b":{"x":1}}');
test(
  'a copy and what it was copied from live apart',
  gives,
  '{"a":{"x":1}}',
  '[{"op":"add","path":"/a/y","value":2},{"op":"copy","from":"/a","path":"/b"},{"op":"replace","path":"/b/x","value":9},{"op":"remove","path":"/a/y"}]',
  '{"a":{"x":1},"b":{"x":9,"y":2}}',
);
test(
  'a value that is added twice lives twice',
  gives,
  '{}',
  '[{"op":"add","path":"/a","value":{}},{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/c","value":1}]',
  '{"a":{},"b":{"c":1}}',
);
test(
  'test passes deeply, whatever the order of keys',
  gives,
  '{"a":{"x":1,"y":[2]}}',
  '[{"op":"test","path":"/a","value":{"y":[2],"x":1}}]',
  '{"a":{"x":1,"y":[2]}}',
);
test('test of a null', gives, '{"a":null}', '[{"op":"test","path":"/a","value":null}]', '{"a":null}');
test('escapes', gives, '{"a/b":{"m~n":1}}', '[{"op":"replace","path":"/a~1b/m~0n","value":2}]', '{"a/b":{"m~n":2}}');
test('~01 is ~1', gives, '{"~1":1}', '[{"op":"remove","path":"/~01"}]', '{}');
test('an empty key is a key', gives, '{"":{"":1}}', '[{"op":"replace","path":"//","value":2}]', '{"":{"":2}}');
test(
  'numbers are keys of maps',
  gives,
  '{"m":{"0":1}}',
  '[{"op":"add","path":"/m/1","value":2}]',
  '{"m":{"0":1,"1":2}}',
);
test(
  '__proto__ is a key',
  gives,
  '{"d":{"a":1}}',
  '[{"op":"add","path":"/d/__proto__","value":{"x":1}},{"op":"add","path":"/d/__proto__/y","value":2}]',
  '{"d":{"a":1,"__proto__":{"x":1,"y":2}}}',
);
test(
  'unknown members of operations do not matter',
  gives,
  '{"a":1}',
  '[{"op":"remove","path":"/a","comment":"x"}]',
  '{}',
);
test(
  'operations see what earlier ones did',
  gives,
  '{}',
  '[{"op":"add","path":"/a","value":[]},{"op":"add","path":"/a/-","value":1},{"op":"test","path":"/a/0","value":1}]',
  '{"a":[1]}',
);

const fails = test.macro({
  exec(t, patch: string, kind: PatchErrorKind, message: RegExp) {
    const object = parse('{"a":{"b":1},"l":[1,2],"s":"text"}') as JsonObject;
    const error = t.throws(() => applyJsonPatch(object, parse(patch)), { instanceOf: PatchError, message });
    t.is(error.kind, kind);
  },
  title: (_, patch: string) => `JSON patch ${patch} is refused`,
});

test(fails, '{}', 'malformed', /must be an array/);
test(fails, '[1]', 'malformed', /operation 0 .* must be an object/);
test(fails, '[{"path":"/a"}]', 'malformed', /op must be one of/);
test(fails, '[{"op":"toString","path":"/a"}]', 'malformed', /op must be one of/);
test(fails, '[{"op":"add","value":1}]', 'malformed', /path must be/);
test(fails, '[{"op":"add","path":"/a"}]', 'malformed', /value is missing/);
test(fails, '[{"op":"move","path":"/a"}]', 'malformed', /from must be/);
test(fails, '[{"op":"add","path":"a","value":1}]', 'malformed', /must be empty or begin with/);
test(fails, '[{"op":"add","path":"/a~2","value":1}]', 'malformed', /~ must be followed/);
test(fails, '[{"op":"test","path":"/a/b","value":2}]', 'unprocessable', /testing path "\/a\/b" failed/);
test(fails, '[{"op":"test","path":"/a/b","value":"1"}]', 'unprocessable', /failed/);
test(fails, '[{"op":"test","path":"/none","value":null}]', 'unprocessable', /nothing at "\/none"/);
test(fails, '[{"op":"remove","path":"/none"}]', 'unprocessable', /nothing at/);
test(fails, '[{"op":"remove","path":"/constructor"}]', 'unprocessable', /nothing at/);
test(fails, '[{"op":"replace","path":"/none","value":1}]', 'unprocessable', /nothing at/);
test(fails, '[{"op":"add","path":"/none/x","value":1}]', 'unprocessable', /nothing at "\/none"/);
test(fails, '[{"op":"add","path":"/s/x","value":1}]', 'unprocessable', /nothing at "\/s"/);
test(fails, '[{"op":"add","path":"/l/3","value":1}]', 'unprocessable', /no such index/);
test(fails, '[{"op":"add","path":"/l/01","value":1}]', 'unprocessable', /no such index/);
test(fails, '[{"op":"add","path":"/l/x","value":1}]', 'unprocessable', /no such index/);
test(fails, '[{"op":"replace","path":"/l/-","value":1}]', 'unprocessable', /nothing at/);
test(fails, '[{"op":"remove","path":"/l/2"}]', 'unprocessable', /nothing at/);
test(fails, '[{"op":"remove","path":""}]', 'unprocessable', /whole object/);
test(fails, '[{"op":"replace","path":"","value":[]}]', 'unprocessable', /no object/);
test(fails, '[{"op":"move","from":"/a","path":"/a/b/c"}]', 'unprocessable', /into itself/);
test(fails, '[{"op":"copy","from":"/none","path":"/x"}]', 'unprocessable', /nothing at/);

test('a refused patch leaves no trace of its first operations', (t) => {
  const object = parse('{"a":{"b":1}}') as JsonObject;
  t.throws(() =>
    applyJsonPatch(object, [
      { op: 'replace', path: '/a/b', value: 2 },
      { op: 'test', path: '/a/b', value: 3 },
    ]),
  );
  t.is(JSON.stringify(object), '{"a":{"b":1}}');
});

test('values of the patch are not changed by later operations', (t) => {
  const patch = [
    { op: 'add', path: '/a', value: { list: [1] } },
    { op: 'add', path: '/a/list/-', value: 2 },
  ];
  t.deepEqual(applyJsonPatch({}, patch), { a: { list: [1, 2] } });
  t.deepEqual(patch[0]?.value, { list: [1] });
});

test('integers beyond 2^53 are told apart', (t) => {
  const object = { n: 9007199254740993n };
  t.notThrows(() => applyJsonPatch(object, [{ op: 'test', path: '/n', value: 9007199254740993n }]));
  t.throws(() => applyJsonPatch(object, [{ op: 'test', path: '/n', value: 9007199254740992 }]));
});

test('untouched parts are shared with the input', (t) => {
  const object = parse('{"a":{"x":1},"b":{"y":2}}') as JsonObject;
  const after = applyJsonPatch(object, [{ op: 'replace', path: '/a/x', value: 2 }]);
  t.is(after['b'], object['b']);
});

test('more than 10,000 operations are too many', (t) => {
  const operation = { op: 'test', path: '/a', value: 1 };
  t.notThrows(() =>
    applyJsonPatch(
      { a: 1 },
      Array.from({ length: 10_000 }, () => operation),
    ),
  );
  const error = t.throws(
    () =>
      applyJsonPatch(
        { a: 1 },
        Array.from({ length: 10_001 }, () => operation),
      ),
    {
      instanceOf: PatchError,
    },
  );
  t.is(error.code, 413);
  t.is(error.message, 'The allowed maximum operations in a JSON patch is 10000, got 10001');
});

test('copies that double an object again and again are stopped', (t) => {
  const patch = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '', path: `/c${String(i)}` }));
  const error = t.throws(() => applyJsonPatch({ a: 'x'.repeat(100) }, patch), { instanceOf: PatchError });
  t.is(error.kind, 'too-large');
});

test('a patch cannot nest an object deeper than everybody can walk', (t) => {
  const deeper = Array.from({ length: 1500 }, (_, i) => ({ op: 'add', path: '/a'.repeat(i + 1), value: {} }));
  const error = t.throws(() => applyJsonPatch({}, deeper), { instanceOf: PatchError, message: /nests deeper/ });
  t.is(error.code, 422);
});

test('10,000 insertions at the front of a list take well under a second', (t) => {
  const insertions = Array.from({ length: 10_000 }, (_, i) => ({ op: 'add', path: '/l/0', value: i }));
  const taken = cpuMs(() => {
    t.is((applyJsonPatch({ l: [] }, insertions)['l'] as readonly number[])[0], 9999);
  });
  t.true(taken < 1000, `${taken} ms`);
});
