import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { InlineFile } from '../../../../runtime/ports/build-contexts.ts';
import { isRuntimeError } from '../../../../runtime/errors.ts';
import { createContextsWorld } from './world.ts';

const file = (path: string, text = '', executable = false): InlineFile => ({
  path,
  content: Buffer.from(text),
  executable,
});

test('files have their modes and content, directories are made', async (t) => {
  await using world = await createContextsWorld();
  const files = [file('a/b/c', 'text'), file('run', '#!/bin/sh', true), file('./d//e', 'x')];
  const { path } = await world.contexts.prepare('u1', { type: 'inline', files });
  t.is(readFileSync(join(path, 'a/b/c'), 'utf8'), 'text');
  t.is(readFileSync(join(path, 'd/e'), 'utf8'), 'x');
  t.is(statSync(join(path, 'run')).mode & 0o7777, 0o755);
  t.is(statSync(join(path, 'a/b/c')).mode & 0o7777, 0o644);
  t.is(statSync(join(path, 'a')).mode & 0o7777, 0o755);
});

test('what did not change stays as it is, time included', async (t) => {
  await using world = await createContextsWorld();
  const { path } = await world.contexts.prepare('u1', { type: 'inline', files: [file('a', '1'), file('d/b', '1')] });
  const times = () => ['a', 'd/b'].map((name) => lstatSync(join(path, name), { bigint: true }).mtimeNs);
  const [a, b] = times();
  const directory = lstatSync(path, { bigint: true });
  await world.contexts.prepare('u1', { type: 'inline', files: [file('a', '1'), file('d/b', '1')] });
  t.deepEqual(times(), [a, b]);
  t.is(lstatSync(path, { bigint: true }).ino, directory.ino);
  await world.contexts.prepare('u1', { type: 'inline', files: [file('a', '1'), file('d/b', '2')] });
  t.is(times()[0], a);
  t.not(times()[1], b);
});

test('what somebody changed by hand is made good', async (t) => {
  await using world = await createContextsWorld();
  const prepare = () =>
    world.contexts.prepare('u1', { type: 'inline', files: [file('a', '1'), file('b/c', '2'), file('d', '3', true)] });
  const { path } = await prepare();
  const { digest } = await world.contexts.digest(path, {});
  for (const change of [
    () => writeFileSync(join(path, 'a'), '2'),
    () => rmSync(join(path, 'b'), { recursive: true }),
    () => writeFileSync(join(path, 'more'), ''),
    () => chmodSync(join(path, 'd'), 0o600),
    () => mkdirSync(join(path, 'empty')),
    () => {
      rmSync(join(path, 'a'));
      symlinkSync('/etc/hostname', join(path, 'a'));
    },
    () => rmSync(path, { recursive: true }),
    () => mkdirSync(`${path}.new/left/over`, { recursive: true }),
  ]) {
    change();
    await prepare();
    t.is((await world.contexts.digest(path, {})).digest, digest);
  }
});

for (const [title, files] of [
  ['leads out', [file('a/../../b')]],
  ['leads out and back', [file('../x')]],
  ['is absolute', [file('/a')]],
  ['stands twice', [file('a'), file('a')]],
  ['stands twice, spelled another way', [file('a/b'), file('./a//b')]],
  ['is a file and a directory', [file('a'), file('a/b/c')]],
  ['is empty', [file('')]],
  ['is the context itself', [file('.')]],
  ['is a directory by its name', [file('a/')]],
  ['has a NUL', [file('a\0b')]],
  ['is too long', [file('x'.repeat(256))]],
] as const) {
  test(`a path that ${title} is refused`, async (t) => {
    await using world = await createContextsWorld();
    const error = await t.throwsAsync(world.contexts.prepare('u1', { type: 'inline', files }));
    t.true(isRuntimeError(error, 'InvalidArgument'));
  });
}

test('an owner whose uid is none is refused before anything is touched', async (t) => {
  await using world = await createContextsWorld();
  for (const id of ['..', '', 'a b', '../x', '.hidden']) {
    const error = await t.throwsAsync(world.contexts.prepare(id, { type: 'inline', files: [] }));
    t.true(isRuntimeError(error, 'InvalidArgument'), id);
    await t.throwsAsync(world.contexts.remove(id));
  }
  t.false(existsSync(world.dataDirectory));
});

test('names of contexts may be anything, and never meet', async (t) => {
  await using world = await createContextsWorld();
  const paths = new Set<string>();
  for (const name of ['a', 'A', '../..', 'docker.io/x:1', 'context', 'x'.repeat(500)]) {
    const { path } = await world.contexts.prepare(`u1/${name}`, { type: 'inline', files: [file('f', name)] });
    t.true(path.startsWith(join(world.dataDirectory, 'build-contexts/u1/')));
    t.is(readFileSync(join(path, 'f'), 'utf8'), name);
    paths.add(path);
  }
  t.is(paths.size, 6);
});

test('another type of source takes the place of the former', async (t) => {
  await using world = await createContextsWorld();
  const { path } = await world.contexts.prepare('u1', { type: 'inline', files: [file('a')] });
  await world.contexts.prepare('u1', { type: 'directory', path: world.root });
  t.false(existsSync(path));
});
