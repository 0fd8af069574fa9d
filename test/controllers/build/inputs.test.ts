import test from 'ava';
import type { BuildRequest } from '../../../runtime/ports/builders.ts';
import { BUILD, BuildWorld, conditionOf, ref, SECRET, CONFIG_MAP } from '../../support/build-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

/** What a builder would be given of it. */
const secretOf = ({ secret }: BuildRequest, id: string): string | undefined => {
  const bytes = secret(id);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
};

test('a secret that is missing is waited for by name, reaches the builder, and a changed one is a new build', async (t) => {
  await using world = await BuildWorld.open();
  const secrets = [{ id: 'token', secretKeyRef: { name: 'login', key: 'token' } }];
  await world.apply('app', { secrets });
  const waiting = await world.because('app', 'SecretNotFound');
  t.is(conditionOf(waiting, 'Ready')?.message, 'Secret default/login is not there');
  await world.secret('login', { other: 'hunter1' });
  const lacks = await world.because('app', 'KeyNotFound');
  t.is(conditionOf(lacks, 'Ready')?.message, 'Secret default/login has no key token');
  await world.secret('login', { token: 'hunter2' });
  await world.built('app', 1);
  t.is(secretOf(world.builders.last.request, 'token'), 'hunter2');
  t.is(secretOf(world.builders.last.request, 'none'), undefined);
  await world.secret('login', { token: 'hunter3' });
  const build = await world.built('app', 2);
  t.is(build.status?.lastBuild?.cause, 'a secret changed');
  t.is(secretOf(world.builders.last.request, 'token'), 'hunter3');
  const all = JSON.stringify([build, await world.events('app'), await world.log(build, 1), await world.log(build, 2)]);
  t.notRegex(all, /hunter|aHVudGVy/);
});

test('a secret that may be missing is left out', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', {
    secrets: [{ id: 'token', secretKeyRef: { name: 'login', key: 'token', optional: true } }],
  });
  await world.built('app', 1);
  t.is(secretOf(world.builders.last.request, 'token'), undefined);
  await world.secret('login', { token: 'hunter2' });
  await world.built('app', 2);
});

test('ssh keys and agents reach the builder', async (t) => {
  await using world = await BuildWorld.open();
  await world.secret('key', { 'ssh-privatekey': 'KEY' });
  const ssh = [
    { id: 'default', secretKeyRef: { name: 'key', key: 'ssh-privatekey' } },
    { id: 'agent', agentSocket: '/run/agent' },
  ];
  await world.apply('app', { ssh });
  await world.built('app', 1);
  t.deepEqual(world.builders.last.request.ssh, {
    default: { type: 'keys', privateKeys: ['KEY'] },
    agent: { type: 'agent', socket: '/run/agent' },
  });
});

test('arguments come from the spec and from ConfigMaps, which are followed', async (t) => {
  await using world = await BuildWorld.open();
  const from = (key: string, optional = false) => ({ configMapKeyRef: { name: 'site', key, optional } });
  const args = [
    { name: 'PLAIN', value: 'x' },
    { name: 'EMPTY' },
    { name: 'FROM_MAP', valueFrom: from('title') },
    { name: 'MAYBE', valueFrom: from('none', true) },
  ];
  await world.apply('app', { args });
  await world.because('app', 'ConfigMapNotFound');
  await world.configMap('site', { other: 'x' });
  await world.because('app', 'KeyNotFound');
  await world.configMap('site', { title: 'Moby' });
  await world.built('app', 1);
  t.deepEqual(world.builders.last.request.args, { PLAIN: 'x', EMPTY: '', FROM_MAP: 'Moby' });
  await world.configMap('site', { title: 'Dick' });
  const build = await world.built('app', 2);
  t.is(build.status?.lastBuild?.cause, 'an argument changed');
  await world.user.delete(ref(CONFIG_MAP, 'site'));
  const missing = await world.because('app', 'ConfigMapNotFound');
  t.is(conditionOf(missing, 'Ready')?.status, 'True');
  t.is(conditionOf(missing, 'BuildCurrent')?.reason, 'ConfigMapNotFound');
});

test('what the spec says reaches the builder', async (t) => {
  await using world = await BuildWorld.open();
  world.contexts.write('/src', 'sub/Dockerfile', 'FROM scratch');
  await world.apply('app', {
    context: { directory: { path: '/src' } },
    dockerfile: { path: './sub/Dockerfile' },
    target: 'final',
    platforms: ['linux/amd64', 'linux/arm64'],
    labels: { a: 'b' },
    network: 'None',
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['x', 'y'] }],
    ulimits: [{ name: 'nofile', soft: 10 }],
    shmSize: '1Mi',
    noCacheStages: ['base'],
    pullPolicy: 'Always',
    frontend: { options: { 'build-arg:X': 'y' } },
    attestations: { provenance: {}, sbom: {} },
    cache: {
      from: [{ registry: { reference: 'r/c' } }],
      to: [{ inline: {} }, { registry: { reference: 'r/c', mode: 'max' } }],
    },
  });
  await world.built('app', 1);
  t.like(world.builders.last.request, {
    frontend: { name: 'dockerfile.v0' },
    options: { 'build-arg:X': 'y' },
    context: { path: '/src' },
    dockerfile: { directory: { path: '/src' }, filename: 'sub/Dockerfile' },
    target: 'final',
    platforms: ['linux/amd64', 'linux/arm64'],
    labels: { a: 'b' },
    network: 'none',
    hosts: [
      { name: 'x', ip: '10.0.0.1' },
      { name: 'y', ip: '10.0.0.1' },
    ],
    ulimits: [{ name: 'nofile', soft: 10, hard: 10 }],
    shmBytes: 1024 * 1024,
    noCache: ['base'],
    pull: true,
    cacheFrom: [{ type: 'registry', reference: 'r/c', insecure: false }],
    cacheTo: [{ type: 'inline' }, { type: 'registry', reference: 'r/c', insecure: false, mode: 'max' }],
    attestations: { provenance: { mode: 'min' }, sbom: {} },
  });
});

test('a front end of any image is asked for with its source, and needs no Dockerfile', async (t) => {
  await using world = await BuildWorld.open();
  world.contexts.write('/src', 'recipe.yaml', 'steps: []');
  const frontend = { name: 'gateway.v0', source: 'example.com/front:1' } as const;
  await world.apply('app', { context: { directory: { path: '/src' } }, frontend, dockerfile: { path: 'recipe.yaml' } });
  await world.built('app', 1);
  t.like(world.builders.last.request, { frontend, dockerfile: { filename: 'recipe.yaml' } });
  await world.apply('app', { context: { directory: { path: '/src' } }, frontend, dockerfile: { path: 'none' } });
  await world.built('app', 2);
});

test('a context is looked at from time to time, and a saved file at once where it is watched', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.contexts.write('/src', 'Dockerfile', 'FROM scratch');
  const context = { directory: { path: '/src' } };
  await world.apply('app', { context });
  const first = await world.built('app', 1);
  t.like(first.status?.context, { files: 1, sizeBytes: 12 });
  t.deepEqual(world.contexts.watched, []);
  world.contexts.write('/src', 'file', 'x');
  await time.pass(30_000);
  await world.quiet();
  t.is(world.builders.builds.length, 1);
  await time.pass(31_000);
  await world.built('app', 2);

  await world.apply('app', { context, watch: true, contextPolicy: { interval: '0' } });
  await world.built('app', 2);
  t.deepEqual(world.contexts.watched, ['/src']);
  world.contexts.write('/src', 'file', 'y');
  const third = await world.built('app', 3);
  t.is(third.status?.lastBuild?.cause, 'the context changed');
  await time.pass(3_600_000);
  t.deepEqual(await world.costOfNothing('app'), []);
  await world.apply('app', { context });
  await world.built('app', 3);
  t.deepEqual(world.contexts.watched, []);
});

test('a context that is missing is waited for, and one without a Dockerfile stalls until there is one', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  await world.apply('app', { context: { directory: { path: '/src' } }, watch: true });
  const missing = await world.because('app', 'ContextNotFound');
  t.is(conditionOf(missing, 'Ready')?.message, '/src is not there');
  world.contexts.write('/src', 'file', 'x');
  const empty = await world.because('app', 'DockerfileNotFound');
  t.truthy(conditionOf(empty, 'Stalled'));
  world.contexts.write('/src', 'dockerfile', 'FROM scratch');
  await world.built('app', 1);
  t.is(world.builders.last.request.dockerfile.filename, 'dockerfile');
});

test('a Build without any context says what to give', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { dockerfile: {} });
  const build = await world.because('app', 'DockerfileNotFound');
  t.regex(conditionOf(build, 'Stalled')?.message ?? '', /give spec\.context, or spec\.dockerfile\.inline/);
});

test('a repository that is away changes nothing; one that never answered is waited for', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  const url = 'https://git.example.com/a.git';
  await world.apply('app', { context: { git: { url, ref: 'main' } } });
  await world.because('app', 'ContextFetchFailed');
  world.contexts.remotes.set(url, { files: { Dockerfile: 'FROM scratch' }, revision: 'c1' });
  await time.pass(60_000);
  const build = await world.built('app', 1);
  t.is(build.status?.context?.revision, 'c1');
  world.contexts.remotes.delete(url);
  await time.pass(120_000);
  const stale = await world.until(
    'it is told',
    'app',
    (each) => conditionOf(each, 'BuildCurrent')?.status === 'Unknown',
  );
  t.is(conditionOf(stale, 'Ready')?.status, 'True');
  world.contexts.remotes.set(url, { files: { Dockerfile: 'FROM scratch\n' }, revision: 'c2' });
  await time.pass(600_000);
  await world.built('app', 2);
});

test('inline files that lead out of the context are refused', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { context: { inline: { files: [{ path: 'a/../../b', content: 'x' }] } } });
  const build = await world.because('app', 'InvalidSpec');
  t.regex(conditionOf(build, 'Stalled')?.message ?? '', /leads out of the context/);
});

test('credentials go to the builder by host, those for what is pushed first', async (t) => {
  await using world = await BuildWorld.open();
  const login = (user: string) => ({ auth: Buffer.from(`${user}:p`).toString('base64') });
  const auths = { 'r.example.com/team': login('team'), 'r.example.com': login('host'), 'docker.io': login('hub') };
  await world.secret('pull', { '.dockerconfigjson': JSON.stringify({ auths }) });
  const outputs = [{ push: { reference: 'r.example.com/team/app:1' } }];
  await world.apply('app', { imagePullSecrets: [{ name: 'pull' }], outputs });
  await world.built('app', 1);
  const { credentials } = world.builders.last.request;
  t.is(credentials('r.example.com')?.username, 'team');
  t.is(credentials('registry-1.docker.io')?.username, 'hub');
  t.is(credentials('other.example.com'), undefined);
  await world.secret('pull', { '.dockerconfigjson': 'nonsense' });
  await world.apply('app', { imagePullSecrets: [{ name: 'pull' }], outputs, target: 'x' });
  const broken = await world.because('app', 'Unauthorized');
  t.truthy(conditionOf(broken, 'Stalled'));
  t.is(await world.find(ref(BUILD, 'other')), undefined);
  t.truthy(await world.find(ref(SECRET, 'pull')));
});
