import test from 'ava';
import * as fc from 'fast-check';
import { duplicateMessage } from '../../../schemas/text/decoded.ts';
import {
  decodeJson,
  decodeJsonStream,
  decodeStored,
  encodeJson,
  encodeStored,
  hasBigInt,
} from '../../../schemas/text/json.ts';
import { TextError } from '../../../schemas/text/text-error.ts';

const lines = (...text: readonly string[]): string => text.join('\n');

for (const [text, message] of [
  ['', 'a.json:1:1: the text ends where a value should stand'],
  ['  \n ', 'a.json:2:2: the text ends where a value should stand'],
  [lines('{', '  "a": 1,', '}'), 'a.json:3:1: a comma before "}" is not allowed'],
  [lines('{"a": 1', '"b": 2}'), 'a.json:2:1: found "\\"" where "," or "}" should stand'],
  ['{"a" 1}', 'a.json:1:6: found "1" where ":" should stand'],
  ['{a: 1}', 'a.json:1:2: found "a" where a field name in double quotes should stand'],
  ['{"a": tru}', 'a.json:1:7: found "tru" where a value should stand'],
  ["{'a': 1}", 'a.json:1:2: found "\'" where a field name in double quotes should stand'],
  ['[1, 2', 'a.json:1:6: the text ends where "," or "]" should stand'],
  ['[1}', 'a.json:1:3: found "}" where "," or "]" should stand'],
  ['"abc', 'a.json:1:1: a text in double quotes is not closed'],
  ['"a\\x"', 'a.json:1:3: invalid escape \\x in a text'],
  ['"a\tb"', 'a.json:1:3: control character \\u0009 must be escaped'],
  ['"a\0b"', 'a.json:1:3: control character \\u0000 must be escaped'],
  ['01', 'a.json:1:1: invalid number'],
  ['-', 'a.json:1:1: invalid number'],
  ['1.', 'a.json:1:1: invalid number'],
  ['1e400', 'a.json:1:1: the number 1e400 is too large'],
  ['{} {}', 'a.json:1:4: found "{" behind the end of the value'],
  ['1 x', 'a.json:1:3: found "x" behind the end of the value'],
] as const) {
  test(`JSON ${JSON.stringify(text)} is refused with its place`, (t) => {
    t.throws(() => decodeJson(text, { file: 'a.json' }), { instanceOf: TextError, message });
  });
}

test('a text without a name is pointed at by line and column', (t) => {
  t.throws(() => decodeJson('{'), {
    message: 'line 1, column 2: the text ends where a field name in double quotes should stand',
  });
});

test('any JSON value is read as JSON.parse reads it', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      t.deepEqual(decodeJson(text).value, JSON.parse(text));
      t.deepEqual(decodeJson(Buffer.from(JSON.stringify(value, null, 2))).value, JSON.parse(text));
      const [streamed] = decodeJsonStream(text);
      t.deepEqual(streamed?.value, decodeJson(text).value);
    }),
  );
});

test('any text is taken or refused exactly as JSON.parse does', (t) => {
  const unit = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '1',
    '0',
    '-',
    '.',
    'e',
    '\\',
    'u',
    ' ',
    'null',
    'a',
    '\n',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        t.throws(() => decodeJson(text), { instanceOf: TextError });
        return;
      }
      if (Object.is(expected, -0) || String(expected).includes('Infinity')) return;
      t.deepEqual(decodeJson(text).value, expected as never);
    }),
    { numRuns: 2000 },
  );
});

for (const [text, path, line, column] of [
  ['{"a":1,"a":2}', 'a', 1, 8],
  [lines('{"spec": {', '  "ports": [{}, {"name": 1,', '    "name": 2}]}}'), 'spec.ports[1].name', 3, 5],
  ['{"a":{"b":1},"a":{"b":1}}', 'a', 1, 14],
  ['{"__proto__":1,"__proto__":2}', '__proto__', 1, 16],
  ['{"a":1,"\\u0061":2}', 'a', 1, 8],
] as const) {
  test(`the duplicate field in ${JSON.stringify(text)} is found at ${line}:${column}`, (t) => {
    const [duplicate, ...more] = decodeJson(text).duplicates;
    t.deepEqual(more, []);
    t.is(duplicate?.path, path);
    t.is(duplicate && duplicateMessage(duplicate), `duplicate field "${path}"`);
    t.like(duplicate?.position, { line, column });
  });
}

test('of duplicate fields the last one counts', (t) => {
  t.deepEqual(decodeJson('{"a":1,"b":0,"a":2}').value, { a: 2, b: 0 });
});

test('a hostile number of duplicates is reported in part', (t) => {
  t.is(decodeJson(`{${Array(1000).fill('"a":1').join(',')}}`).duplicates.length, 100);
});

test('integers beyond 2^53 keep every digit, as far as int64 goes', (t) => {
  const { value, hasBigInt: big } = decodeJson('{"a":9007199254740993,"b":-9223372036854775808,"c":9007199254740991}');
  t.deepEqual(value, { a: 9_007_199_254_740_993n, b: -9_223_372_036_854_775_808n, c: 9_007_199_254_740_991 });
  t.true(big);
  t.deepEqual(
    decodeJson('[18446744073709551615, 1e3, 0.1, 123456789.123456789123]').value,
    [18_446_744_073_709_552_000, 1000, 0.1, 123_456_789.123_456_79],
  );
  t.is(decodeJson(`1${'0'.repeat(300)}`).value, 1e300);
  t.false(decodeJson('{"a":"9007199254740993"}').hasBigInt);
});

test('what holds every digit is written with every digit, and flagged for the store', (t) => {
  const text = '{"a":[9007199254740993],"b":"x"}';
  const { value } = decodeJson(text);
  t.is(encodeJson(value), text);
  t.is(encodeJson({ a: 1n }, 2), '{\n  "a": 1\n}');
  const { bytes, flagged } = encodeStored(value);
  t.true(flagged);
  t.is(Buffer.from(bytes).toString(), text);
  t.deepEqual(decodeStored(bytes, flagged), value);
});

test('what has no long number is stored as plain JSON', (t) => {
  const value = { a: [1, 'ü', null, { __proto__x: 1 }] };
  const { bytes, flagged } = encodeStored(value);
  t.false(flagged);
  t.deepEqual(decodeStored(bytes), value);
  t.deepEqual(JSON.parse(Buffer.from(bytes).toString()), value);
});

test('a value that has no JSON is still an error', (t) => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  t.throws(() => encodeJson(circular));
  t.true(hasBigInt([{ a: 1n }]));
  t.false(hasBigInt([{ a: 1 }, null]));
});

for (const text of [
  '{"__proto__":{"x":1},"constructor":2,"toString":3,"b":9007199254740993}',
  '{"__proto__":{"x":1},"constructor":2}',
]) {
  test(`foreign keys are own properties: ${text}`, (t) => {
    const value = decodeJson(text).value as Record<string, unknown>;
    t.is(Object.getPrototypeOf(value), Object.prototype);
    t.deepEqual(Object.keys(value).slice(0, 2), ['__proto__', 'constructor']);
    t.is(Object.hasOwn({}, 'x'), false);
    t.is(encodeJson(value), text);
  });
}

test('depth is a rule and no crash', (t) => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  t.notThrows(() => decodeJson(nested(512)));
  t.throws(() => decodeJson(nested(513)), { message: 'line 1, column 513: nested deeper than 512 levels' });
  t.throws(() => decodeJson(nested(1_000_000)), { message: /nested deeper than 512 levels/ });
  t.throws(() => decodeJson(nested(1_000_000), { maxDepth: 1e9 }), { message: /nested deeper than 1000 levels/ });
  t.throws(() => decodeJson('{"a":'.repeat(20) + '1' + '}'.repeat(20), { maxDepth: 10 }), { message: /10 levels/ });
});

test('bytes that are not UTF-8 are refused with the place of the first bad one', (t) => {
  const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));
  t.throws(() => decodeJson(bytes('{"ä":\n "', 0xff, '"}'), { file: 'f' }), {
    message: 'f:2:3: the text is not UTF-8 (byte 0xff)',
  });
  t.throws(() => decodeJson(bytes(0xc3)), { message: 'line 1, column 1: the text is not UTF-8 (byte 0xc3)' });
  t.throws(() => decodeJson(bytes('"', 0xe2, 0x82, '"')), { message: /line 1, column 2: .*0xe2/ });
  t.throws(() => decodeJson(bytes(0xff, 0xfe, 0x7b, 0)), { message: 'the text is UTF-16; save it as UTF-8' });
  t.throws(() => decodeJson(bytes(0xc0, 0x80)), { instanceOf: TextError });
});

test('a byte order mark is dropped', (t) => {
  t.deepEqual(decodeJson('\uFEFF{}').value, {});
  t.deepEqual(decodeJson(Buffer.from('\uFEFF{}')).value, {});
});

test('a field is found again by its path', (t) => {
  const text = lines(
    '{',
    '  "metadata": {',
    '    "annotations": {"a.b/c": "x"}',
    '  },',
    '  "spec": {"ports": [{"n": 1}, {"n": 2}]}',
    '}',
  );
  const decoded = decodeJson(text);
  const at = (path: string): string => {
    const { line, column } = decoded.positionOf(path);
    return `${line}:${column}`;
  };
  t.is(at(''), '1:1');
  t.is(at('metadata'), '2:3');
  t.is(at('metadata.annotations.a.b/c'), '3:21');
  t.is(at('metadata.annotations[a.b/c]'), '3:21');
  t.is(at('spec.ports[1].n'), '5:33');
  t.is(at('spec.ports[1]'), '5:32');
  t.is(at('spec.ports[7].n'), '5:12');
  t.is(at('spec.missing.deep'), '5:3');
  t.is(at('nothing'), '1:1');
});

test('a stream is one value after the other', (t) => {
  const values = decodeJsonStream('{"a":1}\n{"b":2} [3]').map(({ value }) => value);
  t.deepEqual(values, [{ a: 1 }, { b: 2 }, [3]]);
  t.deepEqual(decodeJsonStream(' \n'), []);
  t.throws(() => decodeJsonStream('{"a":1}\n{"b":}'), {
    message: 'line 2, column 6: found "}" where a value should stand',
  });
});

test('an object of 1 KB is decoded in far less than 50 µs', (t) => {
  const object = {
    metadata: { labels: { a: 'b' } },
    env: Array.from({ length: 20 }, (_, n) => ({ name: `N${n}`, value: 'v "q"' })),
  };
  const bytes = Buffer.from(JSON.stringify(object));
  const runs = Array.from({ length: 2000 }, () => {
    const start = performance.now();
    decodeJson(bytes);
    return performance.now() - start;
  });
  // of the quickest: others have the processor as well
  t.true((runs.sort((a, b) => a - b)[100] ?? 1) < 0.05);
});
