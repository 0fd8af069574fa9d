/** Sources from elsewhere: git over http and ssh with credentials, and a real registry. */
import anyTest, { type TestFn } from 'ava';
import { execFileSync } from 'node:child_process';
import { createTestRegistry } from '../../runtime/registry/server.ts';
import { FLUX_LAYER, tarOf } from '../../runtime/sync-sources/artifacts.ts';
import { everythingBelow, failsWith, git } from '../../runtime/sync-sources/git-world.ts';
import { createSourcesWorld } from '../../runtime/sync-sources/world.ts';
import { digestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import type { GitSourceCredentials } from '../../../runtime/ports/sync-sources.ts';
import { GIT_CREDENTIALS, startGitServers, type GitServers } from '../../support/git-servers.ts';
import { CREDENTIALS, startDockerRegistry } from '../registry/docker-registry.ts';

const test = anyTest as TestFn<{ git: GitServers }>;

test.before(async (t) => {
  t.context = { git: await startGitServers() };
});
test.after.always((t) => t.context.git?.[Symbol.asyncDispose]());

const basic: GitSourceCredentials = { type: 'basic', ...GIT_CREDENTIALS };

test('a repository comes by http with a password and by ssh with a key, and secrets stay where they are', async (t) => {
  const servers = t.context.git;
  const repository = await servers.create('app');
  const commit = await repository.commit({ a: '1' });
  const urls = servers.urls(repository);
  const { privateKey, knownHosts } = servers.ssh;
  await using world = await createSourcesWorld();
  for (const source of [
    git(urls.http),
    git(urls.secured, { credentials: basic }),
    git(urls.ssh, { credentials: { type: 'ssh', privateKey, knownHosts } }),
  ]) {
    const fetched = await world.sources.fetch('u1', source);
    t.is(fetched.revision, `main@sha1:${commit}`);
    t.is(await world.read(fetched.path, 'a'), '1');
    t.is(await world.sources.revision(source), fetched.revision);
    const written = everythingBelow(world.dataDirectory);
    t.false(written.includes(GIT_CREDENTIALS.password));
    t.false(written.includes('PRIVATE KEY'));
  }
});

test('with wrong credentials, or a host that is another, nobody gets in, and no message tells a secret', async (t) => {
  const servers = t.context.git;
  const repository = await servers.create('closed');
  await repository.commit({ a: '1' });
  const { secured, ssh } = servers.urls(repository);
  const { privateKey, knownHosts } = servers.ssh;
  await using world = await createSourcesWorld();
  for (const source of [
    git(secured),
    git(secured, { credentials: { type: 'basic', username: 'reader', password: 'wr0ng-Word' } }),
    git(ssh),
    git(ssh, { credentials: { type: 'ssh', privateKey, knownHosts: knownHosts.replace('AAAAC3', 'AAAAC4') } }),
  ]) {
    const message = await failsWith(t, world.sources.fetch('u1', source), 'Unauthorized', 'Unauthorized');
    t.notRegex(message, /wr0ng-Word|PRIVATE/);
    await failsWith(t, world.sources.revision(source), 'Unauthorized');
  }
  t.deepEqual(await world.sources.list(), []);
});

test('a server that does not answer is unreachable, and what was fetched of it stays', async (t) => {
  await using world = await createSourcesWorld();
  const servers = await startGitServers();
  let url: string;
  let path: string;
  try {
    const repository = await servers.create('app');
    await repository.commit({ a: '1' });
    url = servers.urls(repository).http;
    ({ path } = await world.sources.fetch('u1', git(url)));
  } finally {
    await servers[Symbol.asyncDispose]();
  }
  await failsWith(t, world.sources.fetch('u1', git(url)), 'Unavailable', 'SourceUnreachable');
  await failsWith(t, world.sources.revision(git(url)), 'Unavailable', 'SourceUnreachable');
  t.is(await world.read(path, 'a'), '1');
  t.deepEqual(await world.sources.list(), ['u1']);
});

const hasRegistry = has('docker-registry', '--help');
const withRegistry = hasRegistry ? test : test.skip;
const unlessRegistry = hasRegistry ? '' : ' (skipped: docker-registry is not installed)';

withRegistry(
  `artifacts come from a real registry, by tag, digest and range of versions${unlessRegistry}`,
  async (t) => {
    await using server = await startDockerRegistry({ auth: true });
    using registry = createTestRegistry();
    await using world = await createSourcesWorld({ registry });
    const push = async (tag: string, files: Readonly<Record<string, string>>): Promise<string> => {
      const [config, layer] = [Buffer.from('{}'), await tarOf(files)];
      const describe = (mediaType: string, bytes: Buffer) => ({
        mediaType,
        digest: digestOf(bytes),
        size: bytes.length,
      });
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: MANIFEST_TYPE,
          config: describe('application/vnd.cncf.flux.config.v1+json', config),
          layers: [describe(FLUX_LAYER, layer)],
        }),
      );
      await server.push('team/app', tag, manifest, [config, layer]);
      return digestOf(manifest);
    };
    const digest = await push('1.2.0', { a: '1' });
    const higher = await push('1.10.0', { a: '2' });
    await push('latest', { a: '3' });
    const reference = `${server.host}/team/app`;
    const source = { type: 'oci', insecure: true, credentials: CREDENTIALS } as const;
    for (const [more, revision, text] of [
      [{ reference: `${reference}:1.2.0` }, `1.2.0@${digest}`, '1'],
      [{ reference: `${reference}@${digest}` }, digest, '1'],
      [{ reference, semver: '1.x' }, `1.10.0@${higher}`, '2'],
    ] as const) {
      const fetched = await world.sources.fetch('u1', { ...source, ...more });
      t.is(fetched.revision, revision);
      t.is(await world.read(fetched.path, 'a'), text);
      t.is(await world.sources.revision({ ...source, ...more }), revision);
    }
    const without = { type: 'oci', insecure: true, reference } as const;
    await failsWith(t, world.sources.fetch('u2', without), 'Unauthorized');
    await failsWith(
      t,
      world.sources.fetch('u2', { ...source, reference: `${reference}:none` }),
      'NotFound',
      'RefNotFound',
    );
  },
);

function has(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
