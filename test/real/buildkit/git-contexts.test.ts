/** Repositories as contexts: what is fetched, what is kept, and how it heals. */
import { existsSync, lstatSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitCredentials } from '../../../runtime/ports/build-contexts.ts';
import { createContextsWorld } from '../../runtime/buildkit/contexts/world.ts';
import { processesOf } from '../../support/daemon/leaks.ts';
import { eventually } from '../../support/eventually.ts';
import { GIT_CREDENTIALS } from '../../support/git-servers.ts';
import { runGit } from '../../support/git/run-git.ts';
import { basic, everythingWritten, failsWith, read, source, testWithGitServers } from './git-contexts-world.ts';

const test = testWithGitServers();

test('a repository comes with its submodules by file, http with and without a password, and ssh', async (t) => {
  const { git } = t.context;
  const inner = await git.create('all-inner');
  const outer = await git.create('all-outer');
  const part = await inner.commit({ 'part.txt': 'a part' });
  await outer.commit({ Dockerfile: 'FROM scratch\n', 'sub/dir/a.txt': 'a' });
  const second = await outer.commit({ parts: { submodule: inner, commit: part } });
  const urls = git.urls(outer);
  const ssh: GitCredentials = { type: 'ssh', privateKey: git.ssh.privateKey.trimEnd(), knownHosts: git.ssh.knownHosts };
  const digests = new Set<string>();
  for (const [way, credentials] of [
    ['file', undefined],
    ['http', undefined],
    ['secured', basic],
    ['ssh', ssh],
  ] as const) {
    await using world = await createContextsWorld();
    const how = { ...source(urls[way]), ...(credentials === undefined ? {} : { credentials }) };
    const { path, revision } = await world.contexts.prepare('u1', how);
    t.is(revision, second, way);
    t.is(await world.contexts.revision(how), second, way);
    t.is(read(path, 'parts/part.txt'), 'a part', way);
    digests.add((await world.contexts.digest(path, {})).digest);
    t.deepEqual(
      readdirSync(path, { recursive: true }).filter((name) => String(name).endsWith('.git')),
      [],
      way,
    );
    t.deepEqual(await world.contexts.list(), ['u1'], way);
    const written = everythingWritten(world);
    t.false(written.includes(GIT_CREDENTIALS.password) || written.includes('OPENSSH PRIVATE KEY'), way);
  }
  t.is(digests.size, 1);
});

test('branches, tags and commits are found; files that stay the same are not touched', async (t) => {
  const { git } = t.context;
  const repository = await git.create('refs');
  const first = await repository.commit({ a: '1', same: 'x' });
  await repository.tag('v1');
  const second = await repository.commit({ a: '2' });
  const other = await repository.commit({ b: '3' }, 'feature/x');
  await using world = await createContextsWorld();
  const url = git.urls(repository).http;
  let time: bigint | undefined;
  for (const [ref, commit, a] of [
    [undefined, second, '2'],
    ['v1', first, '1'],
    ['refs/tags/v1', first, '1'],
    ['main', second, '2'],
    [first, first, '1'],
    [second.slice(0, 9), second, '2'],
    ['feature/x', other, '2'],
  ] as const) {
    const how = source(url, ref === undefined ? {} : { ref });
    const { path, revision } = await world.contexts.prepare('u1', how);
    t.is(revision, commit, ref);
    t.is(read(path, 'a'), a, ref);
    t.is(await world.contexts.revision(how), ref === second.slice(0, 9) ? undefined : commit, ref);
    const { mtimeNs } = lstatSync(join(path, 'same'), { bigint: true });
    t.is(mtimeNs, (time ??= mtimeNs), ref);
  }
});

test('what is here already is not fetched again, and a new commit is', async (t) => {
  const { git } = t.context;
  const repository = await git.create('again');
  await repository.commit({ a: '1', gone: '1' });
  await using world = await createContextsWorld();
  const how = source(git.urls(repository).http);
  await world.contexts.prepare('u1', how);
  const fetches = () => git.http.requests.filter((line) => line.startsWith('POST /again.git/')).length;
  const before = fetches();
  await world.contexts.prepare('u1', how);
  t.is(fetches() - before, 1, 'one question which commit it is');
  const next = await repository.commit({ a: '2', gone: undefined });
  t.is(await world.contexts.revision(how), next);
  const { path, revision } = await world.contexts.prepare('u1', how);
  t.is(revision, next);
  t.is(read(path, 'a'), '2');
  t.false(existsSync(join(path, 'gone')));
});

test('only the commit that is wanted comes, not what was before it', async (t) => {
  const { git } = t.context;
  const repository = await git.create('shallow');
  for (let number = 0; number < 5; number++) await repository.commit({ a: String(number) });
  await using world = await createContextsWorld();
  await world.contexts.prepare('u1', source(git.urls(repository).http));
  const copy = join(world.dataDirectory, 'build-contexts/u1/context/git/copy/repository');
  t.is(await runGit([`--git-dir=${copy}`, 'rev-list', '--all', '--count']), '1');
});

test('a server that gives no commit by its id gives everything', async (t) => {
  const { git } = t.context;
  const repository = await git.create('strict');
  const first = await repository.commit({ a: '1' });
  await repository.commit({ a: '2' });
  for (const name of ['allowAnySHA1InWant', 'allowReachableSHA1InWant', 'allowTipSHA1InWant']) {
    await runGit(['-C', repository.path, 'config', `uploadpack.${name}`, 'false']);
  }
  await using world = await createContextsWorld();
  const { path } = await world.contexts.prepare('u1', source(git.urls(repository).file, { ref: first }));
  t.is(read(path, 'a'), '1');
});

test('what is not there is said to be missing', async (t) => {
  const { git } = t.context;
  const repository = await git.create('missing');
  await repository.commit({ a: '1' });
  await using world = await createContextsWorld();
  const { file, http, ssh } = git.urls(repository);
  for (const how of [
    source(http, { ref: 'none' }),
    source(http, { ref: 'f'.repeat(40) }),
    source(http, { ref: 'abcdef1' }),
    source(`${file}-none`),
    source('/none/at/all'),
    source(http.replace('missing', 'nothing')),
    source(ssh.replace('missing', 'nothing'), {
      credentials: { type: 'ssh', privateKey: git.ssh.privateKey, knownHosts: git.ssh.knownHosts },
    }),
  ]) {
    await failsWith(t, world.contexts.prepare('u1', how), 'NotFound', 'ContextNotFound');
  }
  await failsWith(t, world.contexts.prepare('u1', source('http://127.0.0.1:9/x')), 'Unavailable', 'ContextFetchFailed');
});

test('submodules change, move and go', async (t) => {
  const { git } = t.context;
  const [one, other] = [await git.create('sub-one'), await git.create('sub-other')];
  const outer = await git.create('sub-outer');
  const [first, second] = [await one.commit({ a: '1' }), await one.commit({ a: '2' })];
  const third = await other.commit({ b: '3' });
  await using world = await createContextsWorld();
  const how = source(git.urls(outer).http);
  await outer.commit({ parts: { submodule: one, commit: first } });
  const { path } = await world.contexts.prepare('u1', how);
  t.is(read(path, 'parts/a'), '1');
  await outer.commit({ parts: { submodule: one, commit: second } });
  await world.contexts.prepare('u1', how);
  t.is(read(path, 'parts/a'), '2');
  await outer.commit({ parts: { submodule: other, commit: third } });
  await world.contexts.prepare('u1', how);
  t.deepEqual(readdirSync(join(path, 'parts')), ['b']);
  await world.contexts.prepare('u1', { ...how, ref: (await world.contexts.revision(how))! });
  t.deepEqual(readdirSync(join(path, 'parts')), ['b']);
});

test('whatever happened to the copy here, the next time makes it good', async (t) => {
  const { git } = t.context;
  const repository = await git.create('broken');
  await repository.commit({ a: 'x'.repeat(10_000), b: '1' });
  await using world = await createContextsWorld();
  const how = source(git.urls(repository).http);
  const { path } = await world.contexts.prepare('u1', how);
  const copy = join(world.dataDirectory, 'build-contexts/u1/context/git/copy/repository');
  const objects = (): readonly string[] =>
    readdirSync(join(copy, 'objects'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  for (const [title, harm] of [
    [
      'locks of a git that was killed',
      () =>
        ['index.lock', 'shallow.lock', 'refs/tsmoby/wanted.lock', 'HEAD.lock'].forEach((name) =>
          writeFileSync(join(copy, name), ''),
        ),
    ],
    ['no objects', () => rmSync(join(copy, 'objects'), { recursive: true })],
    ['empty objects', () => objects().forEach((file) => (rmSync(file), writeFileSync(file, '')))],
    ['an index that is none', () => writeFileSync(join(copy, 'index'), 'nonsense')],
    ['a HEAD that is none', () => writeFileSync(join(copy, 'HEAD'), '')],
    ['no repository', () => rmSync(copy, { recursive: true })],
    ['settings that are none', () => writeFileSync(join(copy, 'config'), '[')],
    ['a file that somebody changed', () => truncateSync(join(path, 'a'), 3)],
    ['a file that somebody added', () => writeFileSync(join(path, 'more'), '')],
    ['no tree', () => rmSync(path, { recursive: true })],
  ] as const) {
    harm();
    await world.contexts.prepare('u1', how);
    rmSync(join(path, 'b'), { force: true });
    await world.contexts.prepare('u1', how);
    t.deepEqual(readdirSync(path).toSorted(), ['a', 'b'], title);
    t.is(read(path, 'a').length, 10_000, title);
  }
});

test('giving up ends git and all that it started', async (t) => {
  await using world = await createContextsWorld();
  const { createServer } = await import('node:net');
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await eventually('the server listens', () => server.listening);
  const stop = new AbortController();
  const { port } = server.address() as { port: number };
  const work = world.contexts.prepare('u1', source(`http://127.0.0.1:${port}/silent.git`), stop.signal);
  work.catch(() => undefined);
  await eventually('git asks', async () => (await processesOf(`127.0.0.1:${port}`)).length > 0);
  stop.abort();
  await failsWith(t, work, 'Cancelled');
  await eventually('git is gone', async () => (await processesOf(`127.0.0.1:${port}`)).length === 0);
});

test('a machine without git says so', async (t) => {
  const { createHost } = await import('../../../runtime/host/create-host.ts');
  await using world = await createContextsWorld({
    host: createHost({ runDirectory: '/nowhere', prefix: () => ['/nowhere/at/all'] }),
  });
  await failsWith(t, world.contexts.prepare('u1', source('https://127.0.0.1:9/x')), 'Unsupported', 'GitNotFound');
});
