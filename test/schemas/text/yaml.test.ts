import test from 'ava';
import * as fc from 'fast-check';
import { decodeManifest } from '../../../schemas/text/manifest.ts';
import { TextError } from '../../../schemas/text/text-error.ts';
import { decodeYaml } from '../../../schemas/text/yaml.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const lines = (...text: readonly string[]): string => text.join('\n');
const values = (text: string | Uint8Array): readonly unknown[] => decodeYaml(text).map(({ value }) => value);
const only = (text: string): unknown => values(text)[0];

// kubectl 1.32 makes the same of each (`kubectl label --local -o json`).
for (const [text, expected] of [
  ['y', true],
  ['yes', true],
  ['On', true],
  ['TRUE', true],
  ['n', false],
  ['No', false],
  ['OFF', false],
  ['False', false],
  ['~', null],
  ['NULL', null],
  ['', null],
  ['0777', 511],
  ['-0777', -511],
  ['0o14', 12],
  ['0b11', 3],
  ['0x1F', 31],
  ['0x_F', 15],
  ['1_000', 1000],
  ['+5', 5],
  ['089', 89],
  ['1e3', 1000],
  ['1.0', 1],
  ['1.', 1],
  ['.5e1', 5],
  ['1_0.5', 10.5],
  ['9007199254740993', 9_007_199_254_740_993n],
  ['18446744073709551615', 18_446_744_073_709_552_000],
  ['60:30', '60:30'],
  ['2001-01-01', '2001-01-01'],
  ['2001-01-01T00:00:00Z', '2001-01-01T00:00:00Z'],
  ['=', '='],
  ['tRue', 'tRue'],
  ['_1', '_1'],
  ['1.2.3', '1.2.3'],
  ['0x', '0x'],
  ['"1"', '1'],
  ["'yes'", 'yes'],
  ['!!str 12', '12'],
  ['!!int "3"', 3],
  ['!!float 3', 3],
  ['!!bool "yes"', true],
  ['!!timestamp 2001-01-01', '2001-01-01'],
  ['! 12', '12'],
  ['|-\n  a\n  b', 'a\nb'],
  ['>-\n  a\n  b', 'a b'],
] as const) {
  test(`YAML ${JSON.stringify(text)} is ${typeof expected} ${String(expected)}`, (t) => {
    t.deepEqual(only(`a: ${text}`), { a: expected });
  });
}

for (const [text, message] of [
  ['a: .inf', 'x.yaml:1:4: .inf has no place in JSON; put it in quotes if it is meant as text'],
  ['a: 1e999', 'x.yaml:1:4: the number 1e999 is too large'],
  ['a: !!binary aGk=', 'x.yaml:1:13: the tag !!binary is not supported; write base64 text under data, or plain text'],
  ['a: !foo x', 'x.yaml:1:9: the tag !foo is not supported; leave it out'],
  ['a: !foo {x: 1}', 'x.yaml:1:9: the tag !foo is not supported; leave it out'],
  ['a: !!set {x}', 'x.yaml:1:10: the tag tag:yaml.org,2002:set is not supported; leave it out'],
  ['a: !!int x', 'x.yaml:1:10: "x" does not fit the tag !!int'],
  ['[a]: b', 'x.yaml:1:1: a key must be text'],
  [': b', 'x.yaml:1:1: a key must be text'],
  ['a: *b', 'x.yaml:1:4: there is no anchor &b before this alias'],
  ['a: &a [*a]', 'x.yaml:1:8: an alias stands inside of what it repeats'],
  ['a: &a {<<: *a}', 'x.yaml:1:12: an alias stands inside of what it repeats'],
  ['a: {<<: 1}', 'x.yaml:1:5: << must be followed by a map, or a list of maps'],
  ['a: 1\n\tb: 2', /^x\.yaml:2:1: .*[tT]ab/],
  ['a:\n  - b\n c: 1', /^x\.yaml:3:1: /],
  ['a: [1, 2', /^x\.yaml:1:9: /],
  ['a: "x', /^x\.yaml:1:6: .*quote/i],
  ['a: b: c', /^x\.yaml:1:4: /],
  ['a: @b', /^x\.yaml:1:4: /],
  ['a: \u0001', 'x.yaml:1:4: control character \\u0001 is not allowed'],
  ['a: \0', 'x.yaml:1:4: control character \\u0000 is not allowed'],
] as const) {
  test(`YAML ${JSON.stringify(text)} is refused with its place`, (t) => {
    t.throws(() => decodeYaml(text, { file: 'x.yaml' }), { instanceOf: TextError, message });
  });
}

test('keys are text exactly as written', (t) => {
  t.deepEqual(only('{on: 1, 1: 2, 0x10: 3, true: 4, null: 5, "": 6}'), {
    on: 1,
    1: 2,
    '0x10': 3,
    true: 4,
    null: 5,
    '': 6,
  });
});

test('a text holds several documents, and empty ones count for nothing', (t) => {
  t.deepEqual(values('# nothing\n---\n---\na: 1\n---\n# only a comment\n---\nb: 2\n...\n'), [{ a: 1 }, { b: 2 }]);
  t.deepEqual(values(''), []);
  t.deepEqual(values('\r\n'), []);
  t.deepEqual(values('a: 1\r\nb: 2\r\n'), [{ a: 1, b: 2 }]);
  t.deepEqual(values('null'), [null]);
});

test('an error in a later document is told with its line', (t) => {
  t.throws(() => decodeYaml('a: 1\n---\nb: [', { file: 'f' }), { message: /^f:3:5: / });
});

test('anchors, aliases and merge keys work, and explicit keys win', (t) => {
  t.deepEqual(only(lines('base: &b {x: 1, y: 2}', 'copy: *b', 'over: {<<: *b, y: 3, z: *n}').replace('*n', '4')), {
    base: { x: 1, y: 2 },
    copy: { x: 1, y: 2 },
    over: { x: 1, y: 3, z: 4 },
  });
  t.deepEqual(only('[&a {x: 1}, &b {x: 2, y: 2}, {y: 3, <<: [*a, *b]}]'), [{ x: 1 }, { x: 2, y: 2 }, { x: 1, y: 3 }]);
  t.deepEqual(only('[&a 1, &a 2, *a]'), [1, 2, 2]);
  t.deepEqual(only('{&k key: 1, other: *k}'), { key: 1, other: 'key' });
  t.deepEqual(only('{"<<": 1}'), { '<<': 1 });
});

test('aliases never share objects between places', (t) => {
  const value = only('{a: &a {x: 1}, b: *a}') as { a: object; b: object };
  t.not(value.a, value.b);
});

test('an alias bomb is refused at once', (t) => {
  const names = 'abcdefghij'.split('');
  const bomb = names.map((name, index) => {
    const parts = index === 0 ? 'xxxxxxxxx' : `*${names[index - 1] ?? ''},`.repeat(9);
    return `${name}: &${name} [${index === 0 ? parts.split('').join(',') : parts}]`;
  });
  const taken = cpuMs(() => {
    t.throws(() => decodeYaml(lines(...bomb)), { message: /aliases of this document repeat far more than it holds/ });
  });
  t.true(taken < 2000, `${taken} ms`);
});

test('a chain of aliases cannot nest deeper than a text may', (t) => {
  const chain = ['a0: &a0 [x]', ...Array.from({ length: 60 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]`)];
  t.notThrows(() => decodeYaml(lines(...chain)));
  t.throws(() => decodeYaml(lines(...chain), { maxDepth: 50 }), { message: /aliases nest deeper than 50 levels/ });
});

test('depth is a rule and no crash', (t) => {
  for (const opening of ['[', '{a: ', '- ', '? ']) {
    t.throws(() => decodeYaml(opening.repeat(3000)), { instanceOf: TextError });
  }
  t.notThrows(() => decodeYaml('['.repeat(512) + ']'.repeat(512)));
  t.throws(() => decodeYaml('['.repeat(513) + ']'.repeat(513)), { message: /nested deeper than 512 levels/ });
});

test('duplicate fields are reported with path and place, and the last one counts', (t) => {
  const [document] = decodeYaml(lines('spec:', '  a: 1', '  list:', '    - b: 1', '      b: 2', '  a: 3'));
  t.deepEqual(document?.value, { spec: { a: 3, list: [{ b: 2 }] } });
  t.deepEqual(
    document?.duplicates.map(({ path, position }) => [path, position.line, position.column]),
    [
      ['spec.list[0].b', 5, 7],
      ['spec.a', 6, 3],
    ],
  );
});

test('foreign keys are own properties', (t) => {
  const value = only('__proto__: {x: 1}\nconstructor: 2\ntoString: 3') as Record<string, unknown>;
  t.is(Object.getPrototypeOf(value), Object.prototype);
  t.deepEqual(Object.keys(value), ['__proto__', 'constructor', 'toString']);
  t.false('x' in {});
});

test('a field is found again by its path, through aliases too', (t) => {
  const [document] = decodeYaml(
    lines(
      '# head',
      'metadata:',
      '  labels:',
      '    a.b: x',
      'spec:',
      '  list:',
      '  - n: 1',
      '  - &x',
      '    n: 2',
      '  - *x',
    ),
  );
  const at = (path: string): string => {
    const { line = 0, column = 0 } = document?.positionOf(path) ?? {};
    return `${line}:${column}`;
  };
  t.is(at('metadata.labels.a.b'), '4:5');
  t.is(at('spec.list[1].n'), '9:5');
  t.is(at('spec.list[2].n'), '9:5');
  t.is(at('spec.list[9]'), '6:3');
});

test('a manifest is YAML, JSON, several JSON values, or YAML that only begins like JSON', (t) => {
  const read = (text: string): readonly unknown[] => decodeManifest(text).map(({ value }) => value);
  t.deepEqual(read('a: 1\n---\nb: 2'), [{ a: 1 }, { b: 2 }]);
  t.deepEqual(read('{"a":1}\n{"b":2}'), [{ a: 1 }, { b: 2 }]);
  t.deepEqual(read('{a: 1}'), [{ a: 1 }]);
  t.deepEqual(read('{"a":1}\n---\n{"b":2}'), [{ a: 1 }, { b: 2 }]);
  t.deepEqual(read(''), []);
  t.throws(() => decodeManifest('{"a": 1,\n "b" 2}', { file: 'm.json' }), {
    message: 'm.json:2:6: found "2" where ":" should stand',
  });
  t.throws(() => decodeManifest(Buffer.from([0x61, 0xff]), { file: 'm' }), {
    message: /^m:1:2: the text is not UTF-8/,
  });
});

test('JSON is YAML, and means the same in both readers', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = JSON.stringify({ value });
      t.deepEqual(only(text), JSON.parse(text));
      t.deepEqual(only(`# as YAML\n${text}`), JSON.parse(text));
    }),
  );
  t.deepEqual(
    decodeYaml('{"a": 1, "a": 2}')[0]?.duplicates.map(({ path }) => path),
    ['a'],
  );
});

test('no text crashes the YAML reader in another way', (t) => {
  const unit = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '-',
    '[',
    ']',
    '{',
    '}',
    '&a',
    '*a',
    '<<',
    '"',
    "'",
    '!',
    '?',
    '|',
    '\t',
    '#',
    ',',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 25 }), (text) => {
      try {
        t.true(Array.isArray(decodeYaml(text)));
      } catch (error) {
        t.true(error instanceof TextError, String(error));
      }
    }),
    { numRuns: 1500 },
  );
});
