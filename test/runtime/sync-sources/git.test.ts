/** Repositories as sources: what may happen to them, and to what is here of them. */
import test from 'ava';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHost } from '../../../runtime/host/create-host.ts';
import { failsWith, git, inWork } from './git-world.ts';
import { createSourcesWorld } from './world.ts';

test('a force push and a branch that goes are followed', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  await repository.commit({ a: '2' });
  await world.sources.fetch('u1', git(repository.path));
  await inWork(repository, 'reset', '-q', '--hard', 'HEAD~1');
  const other = await inWork(repository, 'commit', '-q', '--allow-empty', '-m', 'Another').then(() =>
    inWork(repository, 'rev-parse', 'HEAD'),
  );
  await inWork(repository, 'push', '-q', '--force', repository.path, 'main');
  const after = await world.sources.fetch('u1', git(repository.path));
  t.is(after.commit, other);
  t.is(await world.read(after.path, 'a'), '1');
  await inWork(repository, 'push', '-q', repository.path, ':main').catch(() => undefined);
  await inWork(repository, '--git-dir', repository.path, 'update-ref', '-d', 'refs/heads/main');
  const source = git(repository.path, { ref: { type: 'branch', name: 'main' } });
  await failsWith(t, world.sources.fetch('u1', source), 'NotFound', 'RefNotFound');
  t.is(await world.read(after.path, 'a'), '1');
});

test('whatever happened to the copy here, the next fetch makes it good', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  const copy = join(world.dataDirectory, 'sync-sources/u1/copy/repository');
  let text = 1;
  const harms: Record<string, () => Promise<void> | void> = {
    'a lock of the index': () => writeFile(join(copy, 'index.lock'), ''),
    'a lock of a ref': () => writeFile(join(copy, 'refs/tsmoby/wanted.lock'), ''),
    'an empty HEAD': () => writeFile(join(copy, 'HEAD'), ''),
    'no objects': () => rm(join(copy, 'objects'), { recursive: true }),
    'a broken ref': () => writeFile(join(copy, 'refs/tsmoby/wanted'), 'nonsense\n'),
    'a broken index': () => writeFile(join(copy, 'index'), 'nonsense'),
    'broken settings': () => writeFile(join(copy, 'config'), '[core'),
    'no copy': () => rm(copy, { recursive: true }),
  };
  await world.sources.fetch('u1', git(repository.path));
  for (const [what, harm] of Object.entries(harms)) {
    await harm();
    await repository.commit({ a: String(++text) });
    const { path } = await world.sources.fetch('u1', git(repository.path));
    t.is(await world.read(path, 'a'), String(text), what);
  }
});

test('what a killed daemon left is in nobodys way, and goes', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  const before = await world.sources.fetch('u1', git(repository.path));
  const place = join(world.dataDirectory, 'sync-sources/u1');
  for (const name of ['trees/.new-x/deep', 'verifying/gnupg', 'artifact']) {
    mkdirSync(join(place, name), { recursive: true });
  }
  writeFileSync(join(place, 'trees/.new-x/a'), 'half');
  writeFileSync(join(before.path, 'a'), ''); // as after power was lost
  mkdirSync(join(world.dataDirectory, 'sync-sources/.asking-x'));
  const sources = world.again();
  const after = await sources.fetch('u1', git(repository.path));
  t.is(await world.read(after.path, 'a'), '1');
  await sources.revision(git(repository.path));
  t.deepEqual(await sources.list(), ['u1']);
  t.deepEqual(readdirSync(join(world.dataDirectory, 'sync-sources')), ['u1']);
  t.deepEqual(readdirSync(place).toSorted(), ['copy', 'home', 'trees']);
  t.deepEqual(readdirSync(join(place, 'trees')), [after.path.slice(place.length + '/trees/'.length)]);
});

test('a tree stays until two others have been given out, and one that somebody took away is made again', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  const first = await world.sources.fetch('u1', git(repository.path));
  await repository.commit({ a: '2' });
  const second = await world.sources.fetch('u1', git(repository.path));
  t.true(existsSync(first.path));
  await world.sources.fetch('u1', git(repository.path));
  t.false(existsSync(first.path));
  await rm(second.path, { recursive: true });
  const third = await world.sources.fetch('u1', git(repository.path));
  t.is(await world.read(third.path, 'a'), '2');
});

test('another repository takes the place of the one before, also one that was moved to the same address', async (t) => {
  await using world = await createSourcesWorld();
  const [one, other] = [await world.bare('one'), await world.bare('other')];
  await one.commit({ a: 'one' });
  const commit = await other.commit({ b: 'other' });
  await world.sources.fetch('u1', git(one.path));
  const fetched = await world.sources.fetch('u1', git(other.path));
  t.is(await world.read(fetched.path, 'a'), undefined);
  t.is(await world.read(fetched.path, 'b'), 'other');
  await rm(one.path, { recursive: true });
  await rename(other.path, one.path);
  t.is((await world.sources.fetch('u1', git(one.path))).commit, commit);
});

test('submodules come along where they are asked for', async (t) => {
  await using world = await createSourcesWorld();
  const [app, parts] = [await world.bare('app'), await world.bare('parts')];
  const commit = await parts.commit({ p: '1' });
  await app.commit({ a: '1', lib: { submodule: parts, commit } });
  const without = await world.sources.fetch('u1', git(app.path));
  t.is(await world.read(without.path, 'lib/p'), undefined);
  const source = git(app.path, { submodules: true });
  t.is(await world.read((await world.sources.fetch('u1', source)).path, 'lib/p'), '1');
  const next = await parts.commit({ p: '2' });
  await app.commit({ lib: { submodule: parts, commit: next } });
  t.is(await world.read((await world.sources.fetch('u1', source)).path, 'lib/p'), '2');
});

test('nothing that a repository brings along runs here', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('hostile');
  const mark = join(world.root, 'ran');
  await repository.commit({
    '.gitattributes': '* filter=evil\n',
    '.gitconfig': `[filter "evil"]\n\tsmudge = touch ${mark}\n`,
    'hooks/post-checkout': `#!/bin/sh\ntouch ${mark}\n`,
    a: '1',
  });
  const { path } = await world.sources.fetch('u1', git(repository.path));
  t.is(await world.read(path, 'a'), '1');
  t.false(existsSync(join(path, '.git')));
  t.false(existsSync(mark));
  await failsWith(t, world.sources.fetch('u2', git(`ext::touch ${mark}`)), 'InvalidArgument');
  for (const ref of [
    { type: 'branch', name: `--upload-pack=touch ${mark}` },
    { type: 'commit', name: 'main' },
    { type: 'semver', range: 'no range' },
  ] as const) {
    await failsWith(t, world.sources.fetch('u2', git(repository.path, { ref })), 'InvalidArgument');
  }
  t.deepEqual(await world.sources.list(), ['u1']);
  t.false(existsSync(mark));
});

test('a machine without git says so', async (t) => {
  await using world = await createSourcesWorld();
  const host = createHost({ runDirectory: world.directory('run') });
  const missing = await host.runPlugin('/nowhere/git', { environment: {} }).catch((error: unknown) => error);
  await using without = await createSourcesWorld({ host: { ...host, run: () => Promise.reject(missing) } });
  await failsWith(t, without.sources.fetch('u1', git('/nowhere')), 'Unsupported', 'GitNotFound');
});

test('whoever gives up ends git, and the next fetch is as if nothing had been', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  const stop = new AbortController();
  const fetching = world.sources.fetch('u1', git(repository.path), stop.signal);
  setTimeout(() => stop.abort(), 30);
  await failsWith(t, fetching, 'Cancelled');
  t.is(await world.read((await world.sources.fetch('u1', git(repository.path))).path, 'a'), '1');
});
