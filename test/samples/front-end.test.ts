import test from 'ava';
import { Graph } from '../../samples/front-end/image/graph.ts';
import { imageConfig } from '../../samples/front-end/image/image-config.ts';
import { buildArguments, readOptions } from '../../samples/front-end/image/options.ts';
import { readRecipe, RecipeError } from '../../samples/front-end/image/recipe.ts';
import { message, readFields, textField } from '../../samples/front-end/image/wire.ts';

test('a recipe is read, with build arguments put in', (t) => {
  const recipe = readRecipe(
    `from: busybox:\${VERSION}
ignore: [tmp]
steps:
  - copy: { source: site, to: /site/, mode: 0750 }
  - write: { path: /etc/motd, content: '\${WHO} and \${NOBODY}' }
  - run: echo hi
  - run: [/bin/true]
    network: none
config: { command: [httpd], ports: [8080], env: { A: b } }
`,
    { VERSION: '1.36', WHO: 'you' },
  );
  t.deepEqual(recipe, {
    from: 'busybox:1.36',
    ignore: ['tmp'],
    steps: [
      { type: 'copy', source: 'site', context: 'context', to: '/site/', mode: 0o750 },
      { type: 'write', path: '/etc/motd', content: 'you and ${NOBODY}', mode: 0o644 },
      { type: 'run', args: ['/bin/sh', '-c', 'echo hi'], network: true },
      { type: 'run', args: ['/bin/true'], network: false },
    ],
    config: { command: ['httpd'], ports: ['8080'], env: { A: 'b' }, labels: {} },
  });
});

for (const [title, text, line, said] of [
  ['an unknown field', 'from: scratch\nstep: []\n', 2, /no field "step"; there is from, ignore, steps, config/],
  ['a step that is none', 'from: scratch\nsteps:\n  - copy: { source: a, to: b }\n  - {}\n', 4, /a step is one of/],
  ['a missing target', 'from: scratch\nsteps:\n  - copy: { source: a }\n', 3, /to is missing/],
  ['a mode that is not octal', 'from: scratch\nsteps:\n  - write: { path: a, content: b, mode: 999 }\n', 3, /octal/],
  ['no base', 'steps: []\n', 1, /from is missing/],
  ['what is no YAML', 'from: [\n', 2, /./],
] as const) {
  test(`a recipe is refused with the line: ${title}`, (t) => {
    const error = t.throws(() => readRecipe(text, {}), { instanceOf: RecipeError, message: said });
    t.is(error.line, line);
  });
}

test('the same steps are the same operations, and the last one is what the definition is about', (t) => {
  const make = (): Uint8Array => {
    const graph = new Graph();
    const files = graph.source('local://context', { b: '2', a: '1' }, 'files');
    const copied = graph.copy(undefined, files, { source: 'a', to: '/b' }, 'copy');
    return graph.definition(graph.run(copied, { args: ['x'], env: [], cwd: '/', user: '', network: true }, 'run')!);
  };
  t.deepEqual(make(), make());
});

test('messages are read back as they were written', (t) => {
  const fields = readFields(
    message([1, 'text'], [2, 300], [3, -1], [4, ''], [5, undefined], [200, Uint8Array.of(1, 2)]),
  );
  t.is(textField(fields, 1), 'text');
  t.is(fields.get(2), 300n);
  t.is(BigInt.asIntN(64, fields.get(3) as bigint), -1n);
  t.false(fields.has(4));
  t.deepEqual([...(fields.get(200) as Uint8Array)], [1, 2]);
});

test('options come out of the environment, and values may have equals signs', (t) => {
  const options = readOptions({
    BUILDKIT_FRONTEND_OPT_0: 'build-arg:A=b=c',
    BUILDKIT_FRONTEND_OPT_1: 'filename=x',
    BUILDKIT_SESSION_ID: 's',
    PATH: '/bin',
  });
  t.deepEqual(buildArguments(options), { A: 'b=c' });
  t.is(options.get('filename'), 'x');
  t.is(options.get('session'), 's');
});

test('what the recipe says goes over what its base image says', (t) => {
  const recipe = readRecipe(
    'from: base\nconfig: { env: { A: new }, command: [run], ports: [80], labels: { a: b } }\n',
    {},
  );
  const base = {
    architecture: 'arm64',
    os: 'linux',
    config: { Env: ['A=old', 'B=c'], Cmd: ['old'], WorkingDir: '/w', Labels: { c: 'd' } },
  };
  t.deepEqual(imageConfig(recipe, base, new Map([['label:e', 'f']])), {
    architecture: 'arm64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
    config: {
      Env: ['B=c', 'A=new'],
      Cmd: ['run'],
      WorkingDir: '/w',
      ExposedPorts: { '80/tcp': {} },
      Labels: { c: 'd', a: 'b', e: 'f' },
    },
  });
});
