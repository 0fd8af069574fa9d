/**
 * The house's rules, as data: who may import whom (DESIGN §1), no circles, and every kind complete in all its places.
 */
import test from 'ava';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { KINDS } from '../schemas/kinds.ts';

const root = join(import.meta.dirname, '..');
const SOURCES = [
  'schemas',
  'proto',
  'client',
  'api',
  'controllers',
  'runtime',
  'cli',
  'tools',
  'test',
  'bench',
  'samples',
];

/** What every adapter to the outside world may import. */
const ADAPTERS_MAY: readonly string[] = [
  'runtime/ports/',
  'runtime/errors.ts',
  'runtime/resolve-inside.ts',
  'runtime/file-failure.ts',
  'runtime/keyed-turns.ts',
  'proto/',
  'schemas/values/addresses.ts',
  'schemas/values/semver-range.ts',
];

/**
 * First match wins: a path's prefix, and the prefixes of ours that it may import besides its own. `*` in a prefix is one folder, and
 * the same one wherever `$1` stands.
 */
const IMPORTS: readonly (readonly [from: string, to: readonly string[]])[] = [
  ['schemas/', ['schemas/']],
  ['proto/', ['proto/']],
  ['runtime/errors.ts', []],
  ['runtime/resolve-inside.ts', ['runtime/errors.ts']],
  ['runtime/file-failure.ts', ['runtime/errors.ts']],
  ['runtime/keyed-turns.ts', []],
  // what builds and Syncs both do with files and repositories
  ['runtime/files/', ['runtime/files/', 'runtime/errors.ts', 'runtime/file-failure.ts']],
  ['runtime/watch/', ['runtime/watch/', 'runtime/files/', 'runtime/errors.ts', 'runtime/file-failure.ts']],
  ['runtime/git/', ['runtime/git/', 'runtime/ports/', 'runtime/errors.ts']],
  ...['buildkit', 'sync-sources'].map((adapter): [string, readonly string[]] => [
    `runtime/${adapter}/`,
    [`runtime/${adapter}/`, 'runtime/files/', 'runtime/watch/', 'runtime/git/', ...ADAPTERS_MAY],
  ]),
  ['runtime/ports/', ['runtime/ports/', 'runtime/errors.ts']],
  ['client/', ['client/', 'schemas/']],
  ['runtime/resident/', ['runtime/resident/', 'runtime/ports/', 'runtime/errors.ts']],
  // what the programs that outlive the daemon have in common (docs/design/0026)
  ...['logd', 'netd'].map((resident): [string, readonly string[]] => [
    `runtime/${resident}/`,
    [`runtime/${resident}/`, 'runtime/resident/', 'runtime/ports/', 'runtime/errors.ts'],
  ]),
  // its files hold lines as the API answers them
  [
    'runtime/build-logs/',
    [
      'runtime/build-logs/',
      'runtime/ports/',
      'runtime/errors.ts',
      'runtime/file-failure.ts',
      'schemas/values/build-progress/',
    ],
  ],
  ['runtime/*/', ['runtime/$1/', ...ADAPTERS_MAY]],
  ['api/codec/', ['api/', 'schemas/', 'proto/']],
  ['api/store/etcd', ['api/', 'schemas/', 'proto/']],
  ['api/', ['api/', 'schemas/']],
  ['controllers/engine/', ['controllers/engine/', 'schemas/', 'client/', 'runtime/errors.ts']],
  [
    'controllers/*/',
    ['controllers/$1/', 'controllers/engine/', 'schemas/', 'client/', 'runtime/ports/', 'runtime/errors.ts'],
  ],
  ['cli/daemon/', ['cli/', 'schemas/', 'client/', 'api/', 'controllers/', 'runtime/', 'proto/']],
  ['cli/', ['cli/', 'schemas/', 'client/']],
  // programs of images, which know nothing of us
  ['samples/', ['samples/']],
  ['tools/', SOURCES.map((folder) => `${folder}/`)],
  ['bench/', SOURCES.map((folder) => `${folder}/`)],
  ['test/', SOURCES.map((folder) => `${folder}/`)],
];

const files = SOURCES.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root })).filter(
  (file) => !file.includes('node_modules'),
);

/** Paths of ours that a file imports, from the checkout's root; `type` imports count too. */
function importsOf(file: string): readonly { readonly target: string; readonly typeOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(/^\s*(?:import|export)\b([^'"`;]*?)from\s+'(\.[^']*)'/gms);
  const dynamic = text.matchAll(/\bimport\(\s*'(\.[^']*)'/g);
  const target = (path: string): string => relative(root, join(root, dirname(file), path));
  return [
    ...[...statements].map(([, words = '', path = '']) => ({
      target: target(path),
      typeOnly: words.trimStart().startsWith('type '),
    })),
    ...[...dynamic].map(([, path = '']) => ({ target: target(path), typeOnly: false })),
  ];
}

function allowed(file: string): readonly string[] | undefined {
  for (const [from, to] of IMPORTS) {
    const match = new RegExp(`^${from.replaceAll('.', '\\.').replace('*', '([^/]+)')}`).exec(file);
    if (match) return to.map((prefix) => prefix.replace('$1', match[1] ?? ''));
  }
  return undefined;
}

test('every folder imports only what the table of the house allows', (t) => {
  const broken = files.flatMap((file) => {
    const prefixes = allowed(file) ?? [];
    return importsOf(file)
      .filter(({ target }) => !prefixes.some((prefix) => target.startsWith(prefix)))
      .map(({ target }) => `${file} imports ${target}`);
  });
  t.deepEqual(broken, []);
});

/** They load a part of the composition root when it is called for, and not before. */
const LOADERS_OF_THE_DAEMON: ReadonlySet<string> = new Set(['cli/commands/daemon.ts', 'cli/ci/sweep.ts']);

test('nobody outside of cli/daemon, tools, bench and test reaches into the daemon', (t) => {
  const broken = files
    .filter((file) => !/^(cli\/daemon|tools|bench|test)\//.test(file))
    .flatMap((file) => importsOf(file).map(({ target, typeOnly }) => ({ file, target, typeOnly })))
    .filter(({ file, target }) => target.startsWith('cli/daemon/') && !LOADERS_OF_THE_DAEMON.has(file));
  t.deepEqual(broken, []);
});

test('no file imports itself by a circle', (t) => {
  const graph = new Map(
    files.map((file) => [file, importsOf(file).flatMap(({ target, typeOnly }) => (typeOnly ? [] : [target]))]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  t.deepEqual(circles, []);
});

test('no source file is a grab bag: none is longer than 350 lines', (t) => {
  const long = files
    .filter((file) => !file.includes('/gen/') && !file.startsWith('test/'))
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 350);
  t.deepEqual(long, []);
});

for (const { kind, singular, builtin } of KINDS) {
  test(`kind ${kind} is complete: reference, page, and its controller or strategy`, (t) => {
    const places = builtin
      ? [`docs/reference/${singular}.md`]
      : [
          `docs/reference/${singular}.md`,
          `docs/kinds/${singular}.md`,
          `manifests/crds/tsmoby.dev_${singular}s.yaml`,
          `controllers/${singular}/index.ts`,
          `test/controllers/${singular}`,
        ];
    t.deepEqual(
      places.filter((place) => !existsSync(join(root, place))),
      [],
    );
    const samples = globSync('samples/**/*.yaml', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    if (!builtin)
      t.true(
        samples.some((text) => text.includes(`kind: ${kind}\n`)),
        `no sample has a ${kind}`,
      );
  });
}
