import test from 'ava';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import { PatchError } from '../../../api/patch/patch-error.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';

const parse = (text: string): JsonValue => freezeDeep(JSON.parse(text) as JsonValue);

/** The rows of RFC 7386's appendix whose result is an object, and more. */
const gives = test.macro({
  exec(t, before: string, patch: string, after: string) {
    const object = parse(before) as JsonObject;
    t.is(JSON.stringify(applyMergePatch(object, parse(patch))), after);
    t.is(JSON.stringify(object), before);
  },
  title: (_, before: string, patch: string, after: string) => `merge patch: ${before} + ${patch} = ${after}`,
});

test(gives, '{"a":"b"}', '{"a":"c"}', '{"a":"c"}');
test(gives, '{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}');
test(gives, '{"a":"b"}', '{"a":null}', '{}');
test(gives, '{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}');
test(gives, '{"a":["b"]}', '{"a":"c"}', '{"a":"c"}');
test(gives, '{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}');
test(gives, '{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}');
test(gives, '{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}');
test(gives, '{"e":null}', '{"a":1}', '{"e":null,"a":1}');
test(gives, '{"a":"foo"}', '{"a":{"b":null}}', '{"a":{}}');
test(gives, '{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}');
test(gives, '{"a":{}}', '{"a":{"l":[null,{"x":null}]}}', '{"a":{"l":[null,{"x":null}]}}');
test(
  gives,
  '{"d":{"a":1}}',
  '{"d":{"__proto__":{"x":1},"constructor":2}}',
  '{"d":{"a":1,"__proto__":{"x":1},"constructor":2}}',
);
test(gives, '{"d":{"__proto__":{"x":1},"a":1}}', '{"d":{"__proto__":null,"toString":null}}', '{"d":{"a":1}}');

test('a patch that changes nothing gives back the object itself', (t) => {
  const object = parse('{"a":{"b":1}}') as JsonObject;
  t.is(applyMergePatch(object, { a: { b: 1, c: null }, d: null }), object);
});

test('untouched parts are shared with the input', (t) => {
  const object = parse('{"a":{"x":1},"b":{"y":2}}') as JsonObject;
  t.is(applyMergePatch(object, { a: { x: 2 } })['b'], object['b']);
});

for (const patch of ['[]', '1', 'null', '"x"']) {
  test(`${patch} is no merge patch of an object`, (t) => {
    const error = t.throws(() => applyMergePatch({}, parse(patch)), { instanceOf: PatchError });
    t.is(error.code, 400);
  });
}

test('a patch that nests 10,000 levels is refused', (t) => {
  let patch: JsonObject = {};
  for (let i = 0; i < 10_000; i++) patch = { a: patch };
  t.throws(() => applyMergePatch({}, patch), { instanceOf: PatchError, message: /nests deeper/ });
});
