import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { WalkEntry } from '../../../runtime/files/entry.ts';
import { walk, type WalkOptions } from '../../../runtime/files/walk.ts';
import { makeTree, type Leaf, type Tree } from './tree.ts';

async function entries(root: string, options: WalkOptions = {}): Promise<readonly WalkEntry[]> {
  const found: WalkEntry[] = [];
  for await (const batch of walk(root, options)) found.push(...batch);
  return found;
}

const paths = async (root: string, options: WalkOptions = {}): Promise<readonly string[]> =>
  (await entries(root, options)).map(({ path }) => path);

const withTree =
  (leaves: Readonly<Record<string, Leaf>>, run: (t: ExecutionContext, tree: Tree) => Promise<void>) =>
  async (t: ExecutionContext): Promise<void> => {
    await using tree = await makeTree(leaves);
    await run(t, tree);
  };

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

test(
  'siblings come by the bytes of their names, and what is in a directory right after it',
  withTree(
    { 'a/b': '', 'a-b': '', 'a.b': '', ab: '', '\uffee': '', '𝒳/x': '', ä: '', 'new\nline': '', B: '', 'a/a/z': '' },
    async (t, { path }) => {
      t.deepEqual(await paths(path), [
        'B',
        'a',
        'a/a',
        'a/a/z',
        'a/b',
        'a-b',
        'a.b',
        'ab',
        'new\nline',
        'ä',
        '\uffee',
        '𝒳',
        '𝒳/x',
      ]);
    },
  ),
);

test(
  'everything is told as it is, and links are not followed',
  withTree(
    {
      'a/file': { content: 'text', mode: 0o4751 },
      'a/same': { same: 'a/file' },
      'b/out': { link: '/etc' },
      'b/up': { link: '../..' },
      'b/dangling': { link: 'nowhere/ä' },
      'c/fifo': { special: 'fifo' },
      'c/socket': { special: 'socket' },
      'c/empty': { special: 'directory' },
    },
    async (t, { path }) => {
      const found = new Map((await entries(path)).map((entry) => [entry.path, entry]));
      t.like(found.get('a/file'), { type: 'file', mode: 0o4751, size: 4, links: 2 });
      t.is(found.get('a/file')?.sameAs, undefined);
      t.like(found.get('a/same'), { type: 'file', sameAs: 'a/file', size: 4 });
      t.like(found.get('b/out'), { type: 'link', target: '/etc', size: 4 });
      t.like(found.get('b/up'), { type: 'link', target: '../..' });
      t.like(found.get('b/dangling'), { type: 'link', target: 'nowhere/ä' });
      t.is(found.get('c/fifo')?.type, 'fifo');
      t.is(found.get('c/socket')?.type, 'socket');
      t.is(found.get('c/empty')?.type, 'directory');
      t.is(found.size, 11);
      t.is(typeof found.get('a/file')?.mtimeNs, 'bigint');
    },
  ),
);

test(
  'a device is told by its number',
  withTree({}, async (t, tree) => {
    if (process.getuid?.() !== 0) {
      t.pass();
      return;
    }
    await tree.put({ null: { special: 'character' } });
    t.like((await entries(tree.path))[0], { type: 'character', deviceNumber: 0x103 });
  }),
);

test(
  'a hard link points to the first that is told, not to one that was left out',
  withTree({ a: 'x', b: { same: 'a' }, c: { same: 'a' } }, async (t, { path }) => {
    const found = await entries(path, { exclude: ['a'] });
    t.deepEqual(
      found.map((entry) => [entry.path, entry.sameAs]),
      [
        ['b', undefined],
        ['c', 'b'],
      ],
    );
  }),
);

const rows: readonly (readonly [string, WalkOptions, readonly string[]])[] = [
  ['only a directory', { include: ['a'] }, ['a', 'a/x', 'a/y', 'a/y/z']],
  ['a file with the directories above it', { include: ['a/y/z'] }, ['a', 'a/y', 'a/y/z']],
  ['by name everywhere', { include: ['**/z'] }, ['a', 'a/y', 'a/y/z', 'b', 'b/z']],
  ['everything but', { exclude: ['a/y', 'b'] }, ['a', 'a/x', 'c']],
  ['nothing but', { exclude: ['*', '!b/z'] }, ['b', 'b/z']],
  ['nothing but names', { exclude: ['**', '!**/z'] }, ['a', 'a/y', 'a/y/z', 'b', 'b/z']],
  ['excluded before included', { include: ['a'], exclude: ['**/y'] }, ['a', 'a/x']],
  ['an exception among the included', { include: ['a', '!a/y'] }, ['a', 'a/x']],
  ['the root means everything', { followPaths: ['c', '.'] }, ['a', 'a/x', 'a/y', 'a/y/z', 'b', 'b/z', 'c']],
  ['what is not there', { include: ['nothing'] }, []],
  ['followed path', { followPaths: ['a/y', 'a/y/z', 'missing'] }, ['a', 'a/y', 'a/y/z']],
  ['followed wildcard', { followPaths: ['*/z'] }, ['b', 'b/z']],
  ['no path above the root', { followPaths: ['../../b'] }, ['b', 'b/z']],
];

for (const [title, options, expected] of rows) {
  test(
    `${title}: ${JSON.stringify(options)}`,
    withTree({ 'a/x': '', 'a/y/z': '', 'b/z': '', c: '' }, async (t, { path }) => {
      t.deepEqual(await paths(path, options), expected);
    }),
  );
}

test(
  'a followed path brings the links on its way, and what they lead to',
  withTree(
    {
      'real/x': '',
      'real/y': '',
      one: { link: 'two' },
      two: { link: '/real' },
      'deep/up': { link: '../../../../real/y' },
      'deep/w1': { link: '/real/x' },
      'deep/w2': '',
      loop: { link: 'pool' },
      pool: { link: 'loop/more' },
      all: { link: '/' },
      other: '',
    },
    async (t, { path }) => {
      const follow = async (...followPaths: string[]): Promise<readonly string[]> => await paths(path, { followPaths });
      t.deepEqual(await follow('one/x'), ['one', 'real', 'real/x', 'two']);
      t.deepEqual(await follow('one/x', 'one/y'), ['one', 'real', 'real/x', 'real/y', 'two']);
      t.deepEqual(await follow('deep/up'), ['deep', 'deep/up', 'real', 'real/y']);
      t.deepEqual(await follow('deep/w*'), ['deep', 'deep/w1', 'deep/w2', 'real', 'real/x']);
      t.deepEqual(await follow('loop'), ['loop', 'pool']);
      t.true((await follow('all/other')).includes('other'));
      t.false((await follow('all/other')).includes('real'));
    },
  ),
);

test('a root that is not there is told so', async (t) => {
  const error = await t.throwsAsync(entries('/nowhere/at/all'), { instanceOf: RuntimeError });
  t.like(error, { code: 'NotFound', reason: 'ContextNotFound' });
});

test(
  'a root that is a file is told so, and a link to a directory is followed',
  withTree({ 'd/file': '', here: { link: 'd' } }, async (t, { path }) => {
    const error = await t.throwsAsync(entries(join(path, 'd/file')), { instanceOf: RuntimeError });
    t.is(error?.code, 'NotFound');
    t.deepEqual(await paths(join(path, 'here')), ['file']);
  }),
);

test(
  'a name that is not UTF-8 is an error that names it, unless it is left out',
  withTree({ a: '' }, async (t, { path }) => {
    writeFileSync(Buffer.concat([Buffer.from(`${path}/bad`), Buffer.from([0xff])]), '');
    writeFileSync(join(path, 'fine\ufffd'), '');
    const error = await t.throwsAsync(entries(path), { instanceOf: RuntimeError });
    t.like(error, { code: 'InvalidArgument', reason: 'ContextUnreadable' });
    t.regex(error?.message ?? '', /"bad\ufffd" .* not UTF-8/);
    t.deepEqual(await paths(path, { exclude: ['bad*'] }), ['a', 'fine\ufffd']);
  }),
);

test.serial(
  'what vanishes while the walk comes by is as if it had not been there',
  withTree({ 'a/x': '', 'b/y': '', c: '' }, async (t, { path }) => {
    // The first batch is asked for when the names of the root are read already: so it goes in between.
    const original = performance.now.bind(performance);
    let calls = 0;
    performance.now = () => {
      calls++;
      if (calls === 3) renameSync(join(path, 'b'), join(path, 'z'));
      return original();
    };
    try {
      const found = await paths(path);
      t.deepEqual(found, ['a', 'a/x', 'c']);
    } finally {
      performance.now = original;
    }
  }),
);

test(
  'a walk that is told to stop stops',
  withTree({ 'a/x': '' }, async (t, { path }) => {
    const error = await t.throwsAsync(entries(path, { signal: AbortSignal.abort() }), { instanceOf: RuntimeError });
    t.is(error?.code, 'Cancelled');
  }),
);

test('a hundred thousand files in many directories and in one keep nobody waiting', async (t) => {
  // In memory, where making them takes a second and not half a minute.
  await using tree = await makeTree({}, existsSync('/dev/shm') ? '/dev/shm' : undefined);
  for (let directory = 0; directory < 50; directory++) {
    mkdirSync(join(tree.path, `d${directory}`));
    for (let file = 0; file < 1000; file++) writeFileSync(join(tree.path, `d${directory}`, `f${file}`), '');
  }
  mkdirSync(join(tree.path, 'large'));
  for (let file = 0; file < 50_000; file++)
    writeFileSync(join(tree.path, 'large', `name-${(file * 7919) % 50_000}`), '');
  let [count, batches, last] = [0, 0, ''];
  for await (const batch of walk(tree.path)) {
    batches++;
    t.true(batch.length <= 1100);
    count += batch.length;
    for (const { path } of batch) {
      const [one, other] = [path.replaceAll('/', '\0'), last.replaceAll('/', '\0')];
      if (byBytes(one, other) <= 0) t.fail(`${path} after ${last}`);
      last = path;
    }
  }
  t.is(count, 100_051);
  t.true(batches > 90);
});

test('any tree comes in order, whole, parents first', async (t) => {
  const name = fc
    .stringMatching(/^[ab.\-\u00e4\uffee\u{1d4b3}\n]{1,3}$/u)
    .filter((text) => text !== '.' && text !== '..');
  const tree = fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      await using made = await makeTree();
      const expected = new Set<string>();
      for (const parts of files) {
        mkdirSync(join(made.path, ...parts), { recursive: true });
        parts.forEach((_, index) => expected.add(parts.slice(0, index + 1).join('/')));
      }
      const key = (path: string): string => path.replaceAll('/', '\0');
      t.deepEqual(
        await paths(made.path),
        [...expected].sort((one, other) => byBytes(key(one), key(other))),
      );
    }),
    { numRuns: 60 },
  );
});

test.serial('what cannot be read is named, and is nobody’s trouble when it is left out', async (t) => {
  if (process.getuid?.() === 0) {
    // The super-user reads everything, so it is somebody else for a while; nothing else runs meanwhile.
    await using tree = await makeTree({ 'closed/x': '', open: '' });
    chmodSync(tree.path, 0o755);
    chmodSync(join(tree.path, 'closed'), 0);
    process.seteuid?.(65534);
    try {
      const error = await t.throwsAsync(entries(tree.path), { instanceOf: RuntimeError });
      t.like(error, { code: 'InvalidArgument', reason: 'ContextUnreadable' });
      t.regex(error?.message ?? '', /"closed"/);
      t.deepEqual(await paths(tree.path, { exclude: ['closed'] }), ['open']);
      t.deepEqual(await paths(tree.path, { include: ['open', 'closed/x'] }), ['open']);
    } finally {
      process.seteuid?.(0);
      rmSync(join(tree.path, 'closed'), { recursive: true });
    }
  } else t.pass();
});
