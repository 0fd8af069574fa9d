import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { digestContext } from '../../../../runtime/buildkit/contexts/content/digest.ts';
import { HashThreads, type HashThread } from '../../../../runtime/buildkit/contexts/content/hash-thread.ts';
import { KnownContent } from '../../../../runtime/buildkit/contexts/content/known-content.ts';
import { isRuntimeError } from '../../../../runtime/errors.ts';
import { makeTree, type Leaf } from '../../files/tree.ts';

/** Every file is old enough to be remembered: the clock is fast. */
const clock = { now: () => Date.now() + 60_000 };

class CountingThreads extends HashThreads {
  files = 0;

  override take(): HashThread {
    const thread = super.take();
    return {
      hash: (paths, now, signal) => {
        this.files += paths.length;
        return thread.hash(paths, now, signal);
      },
      [Symbol.dispose]: () => thread[Symbol.dispose](),
    };
  }
}

const newTools = (limit?: number) => ({
  known: new KnownContent(limit),
  threads: new CountingThreads(),
  clock,
  few: 0,
});
const digestOf = async (path: string, dockerfile?: string): Promise<string> =>
  (await digestContext(path, dockerfile === undefined ? {} : { dockerfile }, newTools())).digest;

const everything: Readonly<Record<string, Leaf>> = {
  Dockerfile: 'FROM scratch',
  'a/file': 'x',
  'a/same': { same: 'a/file' },
  'a/link': { link: '../nowhere' },
  'a/script': { content: '#!/bin/sh', mode: 0o755 },
  empty: { special: 'directory' },
  fifo: { special: 'fifo' },
  'odd \n "name" ü': '',
};

test('a tree has the same digest elsewhere, with other times', async (t) => {
  await using one = await makeTree(everything);
  await using other = await makeTree(everything);
  utimesSync(join(other.path, 'a/file'), 1, 1);
  utimesSync(join(other.path, 'a'), 1, 1);
  t.is(await digestOf(one.path), await digestOf(other.path));
  t.like(await digestContext(one.path, {}, newTools()), { files: 5, bytes: 23 });
});

for (const [title, leaves] of [
  ['content of the same length', { 'a/file': 'y', 'a/same': { same: 'a/file' } }],
  ['a mode', { 'a/script': { content: '#!/bin/sh', mode: 0o700 } }],
  ['the target of a link', { 'a/link': { link: '../elsewhere' } }],
  ['a type', { empty: 'a file' }],
  ['a name', { Empty: { special: 'directory' } }],
  ['the last byte of a name', { 'odd \n "name" ä': '' }],
] as const) {
  test(`${title} makes another digest`, async (t) => {
    await using one = await makeTree(everything);
    const gone = Object.keys(leaves)[0] === 'Empty' ? { empty: undefined } : {};
    await using other = await makeTree({ ...everything, ...leaves });
    for (const name of Object.keys(gone)) rmSync(join(other.path, name), { recursive: true });
    t.not(await digestOf(one.path), await digestOf(other.path));
  });
}

test('a socket counts as an empty file', async (t) => {
  await using one = await makeTree({ s: { special: 'socket' } });
  await using other = await makeTree({ s: { content: '', mode: 0o755 } });
  t.is(await digestOf(one.path), await digestOf(other.path));
});

test('what the ignore file leaves out does not count, but the ignore file and the definition do', async (t) => {
  await using one = await makeTree({ '.dockerignore': '*\n!src', Dockerfile: 'FROM a', 'src/x': '1', 'log/y': '1' });
  const before = await digestOf(one.path, 'Dockerfile');
  await one.put({ 'log/y': '2', 'log/z': '3' });
  t.is(await digestOf(one.path, 'Dockerfile'), before);
  t.like(await digestContext(one.path, {}, newTools()), { files: 1, bytes: 1, ignoreFile: '.dockerignore' });
  await one.put({ Dockerfile: 'FROM b' });
  const changed = await digestOf(one.path, 'Dockerfile');
  t.not(changed, before);
  await one.put({ '.dockerignore': '*\n!src\n# more' });
  t.not(await digestOf(one.path, 'Dockerfile'), changed);
});

test('the ignore file of a definition goes before that of the context', async (t) => {
  await using one = await makeTree({
    '.dockerignore': 'a',
    'build/web': '',
    'build/web.dockerignore': 'b',
    a: '1',
    b: '22',
  });
  t.like(await digestContext(one.path, { dockerfile: 'build/web' }, newTools()), {
    files: 4,
    ignoreFile: 'build/web.dockerignore',
  });
  t.like(await digestContext(one.path, { dockerfile: 'Dockerfile' }, newTools()), { ignoreFile: '.dockerignore' });
});

test('the ignore file of a definition elsewhere counts for the context', async (t) => {
  await using tree = await makeTree({
    'context/.dockerignore': 'a',
    'context/a': '1',
    'context/b': '22',
    'context/c': '333',
    'files/web': '',
    'files/web.dockerignore': 'b\nc',
  });
  const definitionDirectory = join(tree.path, 'files');
  const digest = (dockerfile: string) =>
    digestContext(join(tree.path, 'context'), { dockerfile, definitionDirectory }, newTools());
  const before = await digest('web');
  t.like(before, { files: 2, ignoreFile: join(definitionDirectory, 'web.dockerignore') });
  t.like(await digest('other'), { files: 3, ignoreFile: '.dockerignore' });
  await tree.put({ 'files/web': 'FROM a' });
  t.deepEqual(await digest('web'), before);
  await tree.put({ 'files/web.dockerignore': 'c\nb' });
  t.not((await digest('web')).digest, before.digest);
});

test('a directory without an ignore file has none', async (t) => {
  await using one = await makeTree({ a: '1' });
  t.false('ignoreFile' in (await digestContext(one.path, {}, newTools())));
});

const many = (count: number): Record<string, Leaf> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index % 7}/f${index}`, `content ${index}`]));

test('a second look reads only what changed', async (t) => {
  await using tree = await makeTree(many(200));
  const tools = newTools();
  const first = await digestContext(tree.path, {}, tools);
  t.is(tools.threads.files, 200);
  t.deepEqual(await digestContext(tree.path, {}, tools), first);
  t.is(tools.threads.files, 200);
  for (let index = 0; index < 20; index++) writeFileSync(join(tree.path, `d0/f${index * 7}`), `CONTENT ${index * 7}`);
  const second = await digestContext(tree.path, {}, tools);
  t.is(tools.threads.files, 220);
  t.not(second.digest, first.digest);
  t.is(second.digest, await digestOf(tree.path));
});

test('a file that took the place of another with the same size and time is read', async (t) => {
  await using tree = await makeTree({ a: 'one', b: 'two' });
  const tools = newTools();
  const before = await digestContext(tree.path, {}, tools);
  renameSync(join(tree.path, 'b'), join(tree.path, 'a'));
  await tree.put({ b: 'two' });
  t.not((await digestContext(tree.path, {}, tools)).digest, before.digest);
});

test('what changed in the last moment is read again, as it may change within one tick of the clock', async (t) => {
  await using tree = await makeTree(many(100));
  const tools = { ...newTools(), clock: { now: () => Date.now() - 60_000 } };
  await digestContext(tree.path, {}, tools);
  await digestContext(tree.path, {}, tools);
  t.is(tools.threads.files, 200);
});

test('no more is remembered than the bound says, and the context of the last look longest', async (t) => {
  await using one = await makeTree(many(40));
  await using other = await makeTree(many(40));
  const tools = newTools(60);
  await digestContext(one.path, {}, tools);
  await digestContext(other.path, {}, tools);
  t.is(tools.known.get(one.path).size, 0);
  t.is(tools.known.get(other.path).size, 40);
  await using large = await makeTree(many(100));
  await digestContext(large.path, {}, tools);
  t.is(tools.known.get(large.path).size, 60);
});

test('looks side by side do not disturb each other', async (t) => {
  await using tree = await makeTree(many(300));
  const tools = newTools();
  const looks = await Promise.all(Array.from({ length: 8 }, () => digestContext(tree.path, {}, tools)));
  t.is(new Set(looks.map(({ digest }) => digest)).size, 1);
});

test('the loop goes on while much is hashed, and a look can be given up', async (t) => {
  await using tree = await makeTree({ a: 'x' });
  execFileSync('truncate', ['-s', '200G', join(tree.path, 'large')]);
  const stop = new AbortController();
  let turns = 0;
  const look = digestContext(tree.path, {}, newTools(), stop.signal);
  const turn = (): void => {
    if (++turns < 50) setTimeout(turn, 1);
    else stop.abort();
  };
  turn();
  const error = await t.throwsAsync(look);
  t.true(isRuntimeError(error, 'Cancelled'));
});

test('a file that grows all the time ends in some answer', async (t) => {
  await using tree = await makeTree({ ...many(50), grows: 'x' });
  const writer = setInterval(() => appendFileSync(join(tree.path, 'grows'), 'y'.repeat(1000)), 1);
  const tools = newTools();
  try {
    t.is((await digestContext(tree.path, {}, tools)).files, 51);
  } finally {
    clearInterval(writer);
  }
  t.is((await digestContext(tree.path, {}, tools)).digest, await digestOf(tree.path));
});

test('few small files are hashed without a thread, to the same digest', async (t) => {
  await using tree = await makeTree(many(10));
  const tools = { ...newTools(), few: 10 };
  t.is((await digestContext(tree.path, {}, tools)).digest, await digestOf(tree.path));
  t.is(tools.threads.files, 0);
});

test('files that vanish during a look are as if they had not been there', async (t) => {
  await using tree = await makeTree(many(2000));
  const look = digestContext(tree.path, {}, newTools());
  for (let index = 0; index < 2000; index += 2) unlinkSync(join(tree.path, `d${index % 7}/f${index}`));
  await t.notThrowsAsync(look);
  t.is((await digestContext(tree.path, {}, newTools())).files, 1000);
});

test('a copy has the same digest as what it was made from', async (t) => {
  await using tree = await makeTree(many(50));
  await using copy = await makeTree();
  cpSync(tree.path, copy.path, { recursive: true });
  t.is(await digestOf(copy.path), await digestOf(tree.path));
});

for (const [title, path] of [
  ['a relative path', 'some/where'],
  ['a file', import.meta.filename],
] as const) {
  test(`${title} is no context`, async (t) => {
    const error = await t.throwsAsync(digestOf(path));
    t.true(isRuntimeError(error, 'InvalidArgument'));
  });
}

test('a file that nobody may read is named', async (t) => {
  await using tree = await makeTree({ 'd/secret': 'x' });
  const denied = Object.assign(new Error('no'), { code: 'EACCES' });
  const threads = new HashThreads();
  threads.take = () => ({ hash: async () => [denied], [Symbol.dispose]: () => undefined });
  const error = await t.throwsAsync(digestContext(tree.path, {}, { ...newTools(), threads }));
  t.true(isRuntimeError(error, 'InvalidArgument') && error.reason === 'ContextUnreadable');
  t.regex(error.message, /"d\/secret" .* permission denied/);
});

test('an ignore file with a pattern that is none is told', async (t) => {
  await using tree = await makeTree({ '.dockerignore': '!', a: '' });
  const error = await t.throwsAsync(digestOf(tree.path));
  t.true(isRuntimeError(error, 'InvalidArgument') && error.reason === 'ContextUnreadable');
});
