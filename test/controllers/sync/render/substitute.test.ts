import test from 'ava';
import * as fc from 'fast-check';
import { createRenderer } from '../../../../controllers/sync/render/create-renderer.ts';
import { substitute } from '../../../../controllers/sync/render/substitute.ts';
import type { JsonObject } from '../../../../schemas/object.ts';
import { resolveCore } from '../../../../schemas/text/core-scalar.ts';
import { configMap, fileOf, options, reading, readOf, withVariables } from './files.ts';

const fill = (text: string, variables: Readonly<Record<string, string>> = {}, strict = false): unknown =>
  substitute(text, { variables, strict }, () => false).value;

for (const [text, expected] of [
  ['${A}', '1'],
  ['x${A}y${B}z', 'x1ytwoz'],
  ['${NONE}', ''],
  ['${NONE:-d}', 'd'],
  ['${NONE:=d}', 'd'],
  ['${EMPTY:-d}', 'd'],
  ['${EMPTY}', ''],
  ['${A:-d}', '1'],
  ['${NONE:-}', ''],
  ['${NONE:-a b:c $x \\ /}', 'a b:c $x \\ /'],
  ['$${A}', '${A}'],
  ['$$${A}', '$${A}'],
  ['$A $$A $', '$A $$A $'],
  ['${}', '${}'],
  ['${1A}', '${1A}'],
  ['${A-x}', '${A-x}'],
  ['${A:?x}', '${A:?x}'],
  ['${A', '${A'],
  ['${A:-x', '${A:-x'],
  ['$${', '${'],
  ['}$${', '}${'],
  ['${NONE:-${A}}', '${NONE:-1}'],
  ['${ A }', '${ A }'],
  ['${__proto__}', ''],
  ['${toString:-x}', 'x'],
  ['ü${A}🙂', 'ü1🙂'],
] as const) {
  test(`${text} becomes ${expected}`, (t) => {
    t.is(fill(text, { A: '1', B: 'two', EMPTY: '' }), expected);
  });
}

const render = async (text: string, variables: Readonly<Record<string, string>>, strict = true) => {
  const { objects, problems } = await createRenderer().render(
    reading({ 'a.yaml': text }),
    withVariables(variables, strict),
  );
  return { objects: objects.map(({ object }) => object as unknown as JsonObject), problems };
};

test('one variable alone takes the type of its text where it stands without quotes', async (t) => {
  const values = {
    N: '3',
    BIG: '9007199254740993',
    F: '1.5',
    T: 'true',
    NULL: 'null',
    NO: 'no',
    OCTAL: '0777',
    TEXT: 'x',
    E: '',
  };
  const lines = Object.keys(values).map(
    (name) => `  ${name}: \${${name}}\n  ${name}q: "\${${name}}"\n  ${name}w: 1\${${name}}\n`,
  );
  const { objects, problems } = await render(
    configMap('a', `data:\n${lines.join('')}  d: \${X:-8}\n  b: |-\n    \${N}\n`),
    values,
  );
  t.deepEqual(problems, []);
  t.deepEqual(objects[0]?.['data'], {
    N: 3,
    Nq: '3',
    Nw: '13',
    BIG: 9007199254740993n,
    BIGq: '9007199254740993',
    BIGw: '19007199254740993',
    F: 1.5,
    Fq: '1.5',
    Fw: '11.5',
    T: true,
    Tq: 'true',
    Tw: '1true',
    NULL: null,
    NULLq: 'null',
    NULLw: '1null',
    NO: 'no',
    NOq: 'no',
    NOw: '1no',
    OCTAL: 777,
    OCTALq: '0777',
    OCTALw: '10777',
    TEXT: 'x',
    TEXTq: 'x',
    TEXTw: '1x',
    E: null,
    Eq: '',
    Ew: '1',
    d: 8,
    b: '3',
  });
});

test('types are taken in items of a List, behind aliases and in JSON never', async (t) => {
  const { objects } = await render(
    `kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a}\n  n: &n \${N}\n  m: *n\n  q: "\${N}"\n`,
    { N: '1' },
  );
  t.like(objects[0], { n: 1, m: 1, q: '1' });
  const json = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, n: '${N}' });
  t.like((await render(json, { N: '1' })).objects[0], { n: '1' });
});

test('a variable without value is an error with its place, or empty where that is allowed', async (t) => {
  const text = configMap('a', 'data:\n  k: x\n  v: a${NONE}b${OTHER}\n');
  const { objects, problems } = await render(text, {});
  t.deepEqual(objects, []);
  t.deepEqual(
    problems.map(({ message }) => message),
    ['NONE', 'OTHER'].map(
      (name) => `a.yaml:7:3: the variable ${name} has no value: set it, or write a default as in \${${name}:=default}`,
    ),
  );
  t.like((await render(text, {}, false)).objects[0], { data: { v: 'ab' } });
});

test('an object may ask to be left alone, and nothing happens where no variables are set', async (t) => {
  const text = configMap('a', '  annotations: {tsmoby.dev/substitute: disabled}\ndata: {v: "${NONE}"}\n');
  t.like((await render(text, {})).objects[0], { data: { v: '${NONE}' } });
  const { objects } = await createRenderer().render(
    reading({ 'a.yaml': configMap('a', 'data: {v: "$${A}"}\n') }),
    options,
  );
  t.like(objects[0]?.object, { data: { v: '$${A}' } });
});

test('other variables give other objects, but only where they are used', async (t) => {
  const renderer = createRenderer();
  const read = readOf(fileOf('a.yaml', configMap('a', 'data: {v: "${A}"}\n')), fileOf('b.yaml', configMap('b')));
  const one = await renderer.render(read, withVariables({ A: '1' }));
  t.is((await renderer.render(read, withVariables({ A: '1' }))).objects[0], one.objects[0]);
  const two = await renderer.render(read, withVariables({ A: '2' }));
  t.like(two.objects[0]?.object, { data: { v: '2' } });
  t.not(two.objects[0]?.digest, one.objects[0]?.digest);
  t.is(two.objects[1]?.digest, one.objects[1]?.digest);
});

test('a name, a kind and a namespace may come from variables', async (t) => {
  const text = 'apiVersion: v1\nkind: ${K}\nmetadata: {name: "${A}-x", namespace: "${A}"}\n';
  t.like((await render(text, { A: 'dev', K: 'Secret' })).objects[0], { metadata: { name: 'dev-x', namespace: 'dev' } });
});

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/);
const plainText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('$', ''));

test('property: text without variables comes through, whatever else it is', (t) => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/\$\{/.test(text)),
      (text) => {
        t.is(fill(text, { a: 'x', A: 'y' }, true), text);
      },
    ),
  );
});

test('property: what is escaped comes back as it was, and values are never read again', (t) => {
  fc.assert(
    fc.property(name, fc.string(), plainText, plainText, (variable, value, before, after) => {
      t.is(fill(`${before}$\${${variable}}${after}`, { [variable]: value }), `${before}\${${variable}}${after}`);
      t.is(fill(`${before}\${${variable}}${after}`, { [variable]: value }), `${before}${value}${after}`);
    }),
  );
});

test('property: only texts change, and keys stay', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.parse(JSON.stringify(value).replaceAll('$', '')) as typeof value;
      const { value: same, missing } = substitute(json, { variables: {}, strict: true }, () => true);
      t.is(same, json);
      t.deepEqual(missing, []);
    }),
  );
});

test('property: the core schema reads back every number that JSON writes', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      t.is(Number(resolveCore(JSON.stringify(number))), number === 0 ? 0 : number);
    }),
  );
});
