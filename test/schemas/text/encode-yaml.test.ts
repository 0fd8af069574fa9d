import test from 'ava';
import * as fc from 'fast-check';
import { encodeYaml, encodeYamlDocuments } from '../../../schemas/text/encode-yaml.ts';
import { decodeYaml } from '../../../schemas/text/yaml.ts';

const lines = (...text: readonly string[]): string => text.join('\n');
const values = (text: string | Uint8Array): readonly unknown[] => decodeYaml(text).map(({ value }) => value);
const only = (text: string): unknown => values(text)[0];

test('YAML is written as kubectl lays it out', (t) => {
  const object = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'x', labels: {} },
    data: { text: 'a\nb\n', on: 'yes', number: '012' },
    items: [{ name: 'a', list: ['x'] }, []],
    long: 'word '.repeat(40).trim(),
    none: null,
  };
  t.is(
    encodeYaml(object),
    lines(
      'apiVersion: v1',
      'data:',
      '  number: "012"',
      '  "on": "yes"',
      '  text: |',
      '    a',
      '    b',
      'items:',
      '- list:',
      '  - x',
      '  name: a',
      '- []',
      'kind: ConfigMap',
      `long: ${'word '.repeat(40).trim()}`,
      'metadata:',
      '  labels: {}',
      '  name: x',
      'none: null',
      '',
    ),
  );
  t.is(encodeYamlDocuments([{ a: 1 }, { b: 9_007_199_254_740_993n }]), 'a: 1\n---\nb: 9007199254740993\n');
});

test('control characters that YAML refuses are written as escapes, in keys too', (t) => {
  const object = { 'k\u009f': 'a\u007fb\u0080\n  c', plain: '\u0085\u2028' };
  const text = encodeYaml(object);
  t.notRegex(text, /[\u007f-\u0084\u0086-\u009f]/);
  t.deepEqual(decodeYaml(text)[0]?.value, object);
});

const nasty = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'yes',
    'n',
    '0777',
    '0o7',
    '1_0',
    '.inf',
    '~',
    '',
    '<<',
    '=',
    '- a',
    '#',
    'a #b',
    'a: b',
    '\t',
    '---',
    '*a',
    '&a',
  ),
  fc.constantFrom(
    '2001-01-01',
    '60:30',
    '1e3',
    '+1',
    '-',
    '?',
    '|',
    '>',
    '%',
    '@',
    '`',
    '!x',
    '\u0000',
    '\u0085',
    '\uFEFF',
    ' a',
    'a ',
    '\n',
    'a\n\n',
    '\r',
  ),
  fc.string({ unit: fc.constantFrom('\n', ' ', 'a', ':', '#', '-', '"', "'", '\\', '\t', '\r') }),
);

test('every value is read back from its YAML', (t) => {
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      nasty,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(nasty, tie('node'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).node;
  fc.assert(
    fc.property(value, (node) => {
      const text = encodeYaml({ node });
      t.deepEqual(only(text), { node } as never, text);
    }),
    { numRuns: 1000 },
  );
});
