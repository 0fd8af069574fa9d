import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { BuilderStatus } from '../../../schemas/gen/types.ts';
import { BUILDER, BuilderWorld, DONE, messageOf, RUNNING } from './world.ts';
import { record } from './scripted-builders.ts';

const SOCKET = '/run/buildkit/buildkitd.sock';
const spec = { endpoint: `unix://${SOCKET}` };
const PEM = Buffer.from('-----BEGIN CERTIFICATE-----\nca').toString('base64');

const secret = (world: BuilderWorld, data: Record<string, string>) =>
  world.user.apply(
    { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'tsmoby-system', name: 'tls' }, data } as never,
    {
      fieldManager: 'test',
      force: true,
    },
  );

test('a builder that answers is told with all that it says of itself', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  world.builders.records = [record(4_000_000), record(300_000, { inUse: true })];
  await world.apply('one', spec);
  const { status } = await world.until('one', ({ cache }) => cache);
  t.like(status, {
    type: 'Buildkitd',
    endpoint: spec.endpoint,
    version: 'v0.32.2',
    platforms: 'linux/amd64, linux/386',
    exporters: ['image', 'oci'],
    landing: 'ContentStore',
    sharesContainerd: true,
    containerdNamespace: 'moby',
    cache: { records: 2, sizeBytes: 4_300_000, size: '4.3 MB', reclaimableBytes: 4_000_000 },
    activeBuilds: 0,
  });
  t.deepEqual(status?.workers, [{ id: 'w1', executor: 'containerd', platforms: ['linux/amd64', 'linux/386'] }]);
  const builder = await world.ready('one', 'True BuilderFound');
  t.is(messageOf(builder), 'buildkitd v0.32.2, containerd worker');
});

test('a builder that does not change is asked, and nothing is written', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  await world.apply('one', spec);
  await world.until('one', ({ cache }) => cache);
  await world.quiet();
  world.forgetWrites();
  const { usage, facts } = world.builders.asked;
  await world.quiet(120_000);
  t.deepEqual(world.writes, []);
  t.true(world.builders.asked.facts > facts);
  t.is(world.builders.asked.usage, usage);
});

test('a builder that goes is told with what to do, and is found again within two seconds of its return', async (t) => {
  await using world = await BuilderWorld.open();
  await world.apply('one', spec);
  const waiting = await world.ready('one', 'False BuilderUnavailable');
  t.is(messageOf(waiting), `${spec.endpoint} does not answer: connect ENOENT; start it, or change spec.endpoint`);
  await world.time.pass(60_000);
  world.builders.add(SOCKET);
  await world.time.pass(2000);
  await world.quiet(0);
  await world.ready('one', 'True BuilderFound', 0);
  world.builders.remove(SOCKET);
  const away = await world.ready('one', 'False BuilderUnavailable');
  t.is(away.status?.version, 'v0.32.2');
  t.true((await world.events('one')).includes('BuilderUnavailable'));
  world.forgetWrites();
  await world.quiet(60_000);
  t.deepEqual(world.writes, []);
});

test('a builder that listens and does not answer keeps no other waiting', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    world.builders.silent.add(`/silent/${name}`);
    await world.apply(name, { endpoint: `unix:///silent/${name}` });
  }
  await world.apply('one', spec);
  await world.ready('one', 'True BuilderFound');
  const silent = await world.ready('e', 'False BuilderUnavailable', 500);
  t.regex(messageOf(silent), /no answer within 5 s/);
});

test('what listens there and is no builder is told apart from nobody', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.refusal = new RuntimeError('Unsupported', 'it has no BuildKit');
  await world.apply('one', { endpoint: 'docker:///run/podman.sock' });
  const builder = await world.ready('one', 'False BuilderTooOld');
  t.is(messageOf(builder), 'docker:///run/podman.sock: it has no BuildKit');
});

test('the cache is measured again after a build, though not more often than once a minute', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  await world.apply('one', spec);
  await world.until('one', ({ cache }) => cache);
  world.builders.records = [record(5000)];
  await world.build('b', 'one', RUNNING);
  await world.until('one', ({ activeBuilds }) => activeBuilds === 1);
  await world.build('b', 'one', DONE);
  await world.until('one', ({ activeBuilds }) => activeBuilds === 0);
  const { usage } = world.builders.asked;
  await world.time.pass(20_000);
  t.is(world.builders.asked.usage, usage);
  await world.until('one', ({ cache }) => cache?.sizeBytes === 5000, 1000);
  t.is(world.builders.asked.usage, usage + 1);
});

test('an endpoint by TCP waits for its certificates, follows them, and tells what is wrong with them', async (t) => {
  await using world = await BuilderWorld.open();
  await world.user.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tsmoby-system' } });
  world.builders.add('builds -----BEGIN CERTIFICATE-----\nca');
  await world.apply('far', { endpoint: 'tcp://builds:1234', tls: { secretRef: { name: 'tls' } } });
  const waiting = await world.ready('far', 'False SecretNotFound');
  t.is(messageOf(waiting), 'Secret tsmoby-system/tls is not there: its ca.crt is needed');
  await secret(world, { 'ca.crt': Buffer.from('x').toString('base64') });
  const stalled = await world.ready('far', 'False InvalidSpec');
  t.is(messageOf(stalled), 'Secret tsmoby-system/tls: its key ca.crt holds no PEM');
  await secret(world, { 'ca.crt': PEM });
  await world.ready('far', 'True BuilderFound');
});

test('another endpoint is another builder, and nothing is left of the former one', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  await world.apply('one', spec);
  await world.until('one', ({ cache }) => cache);
  await world.apply('one', { endpoint: 'docker:///docker.sock' });
  const away = await world.until('one', ({ endpoint }) => endpoint === 'docker:///docker.sock');
  t.is(away.status?.version, undefined);
  t.is(away.status?.cache, undefined);
  world.builders.add('/docker.sock', { version: '', containerdUuid: 'theirs' });
  const { status } = await world.ready('one', 'True BuilderFound');
  t.like(status, { type: 'Dockerd', version: '', sharesContainerd: false });
  t.is(world.builders.open_.size, 1);
});

test('a builder is deleted when no Build runs on it', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  await world.apply('one', spec);
  await world.build('b', 'one', RUNNING);
  await world.until('one', ({ activeBuilds }) => activeBuilds === 1);
  await world.user.delete({ ...BUILDER, name: 'one' });
  const waiting = await world.ready('one', 'False InUse');
  t.is(messageOf(waiting), '1 Build runs on it');
  await world.build('b', 'one', DONE);
  await world.gone({ ...BUILDER, name: 'one' });
  t.is(world.builders.open_.size, 0);
});

test('a builder of another machine is left alone', async (t) => {
  await using world = await BuilderWorld.open();
  await world.apply('there', { ...spec, nodeName: 'elsewhere' });
  await world.quiet();
  t.is(world.builders.asked.facts, 0);
  await world.user.delete({ ...BUILDER, name: 'there' });
  await world.gone({ ...BUILDER, name: 'there' });
});

test('a policy prunes at its interval, and tells what has gone', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  world.builders.records = [record(7_000_000)];
  await world.apply('one', { ...spec, prunePolicy: { keepStorage: '1Gi', keepDuration: '48h', interval: '30m' } });
  const pruned = await world.until('one', ({ lastPrune }) => lastPrune);
  t.is(pruned.status?.lastPrune?.reclaimedBytes, 7_000_000);
  t.deepEqual(world.builders.pruned, [{ keepBytes: 2 ** 30, keepDurationMs: 172_800_000 }]);
  t.true((await world.events('one')).includes('Pruned'));
  await world.until('one', ({ cache }) => cache?.records === 0);
  await world.time.pass(1_700_000);
  t.is(world.builders.pruned.length, 1);
  await world.eventually('it is pruned again', () => world.builders.pruned.length === 2, 5000);
});

test('a policy that cannot be kept to is told, and tried again with growing waits', async (t) => {
  await using world = await BuilderWorld.open();
  world.builders.add(SOCKET);
  world.builders.pruneRefusal = new RuntimeError('Unsupported', 'no such filter');
  await world.apply('one', { ...spec, prunePolicy: { keepStorage: '1Gi' } });
  const prunedOf = ({ conditions = [] }: Partial<BuilderStatus>) => conditions.find(({ type }) => type === 'Pruned');
  const { status } = await world.until('one', (found) => prunedOf(found));
  t.like(prunedOf(status ?? {}), {
    status: 'False',
    reason: 'PruneFailed',
    message: 'the build cache could not be pruned: no such filter',
  });
  await world.ready('one', 'True BuilderFound');
  t.true((await world.events('one')).includes('PruneFailed'));
  world.forgetWrites();
  await world.quiet(600_000);
  t.deepEqual(world.writes, [], 'told once');
  const tries = world.builders.pruned.length;
  t.true(tries > 4 && tries < 14, String(tries));
  world.builders.pruneRefusal = undefined;
  await world.until('one', (found) => prunedOf(found)?.status === 'True', 5000);
  await world.apply('one', spec);
  await world.until('one', (found) => prunedOf(found) === undefined);
});
