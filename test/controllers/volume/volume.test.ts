import test from 'ava';
import type { Volume } from '../../../schemas/gen/types.ts';
import { conditionOf, conditionsText, ContainerWorld, isReady, ref, VOLUME } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const declare = (
  world: ContainerWorld,
  spec: Volume['spec'] = {},
  annotations: Record<string, string> = {},
): Promise<Volume> =>
  world.user.apply<Volume>(
    { ...VOLUME, metadata: { name: 'data', namespace: 'default', annotations }, spec },
    { fieldManager: 'test', force: true },
  );

const remove = async (world: ContainerWorld): Promise<void> => {
  await world.user.delete(ref(VOLUME, 'data'));
  await world.eventually('the volume is gone', async () => (await world.find(ref(VOLUME, 'data'))) === undefined);
};

const mounting = {
  volumes: [{ name: 'v', volume: { name: 'data' } }],
  volumeMounts: [{ name: 'v', mountPath: '/data' }],
};

/** The files below the volume's directory. */
const content = async ({ runtime }: ContainerWorld, { status }: Volume): Promise<readonly string[]> =>
  (await runtime.files.list(status?.path ?? '')) ?? [];

test('a directory is made, told of, and then costs nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world);
  const volume = await world.volume('data', isReady);
  t.is(conditionsText(volume), 'Ready=True Provisioned');
  t.is(volume.status?.type, 'Directory');
  await world.apply('web', mounting);
  const running = await world.running('web');
  const mount = world.controls
    .instance(world.only(running))
    ?.spec.mounts.find(({ destination }) => destination === '/data');
  t.is(mount?.source, volume.status?.path);
  t.deepEqual(await world.costOfNothing(), []);
});

test('Delete takes the data along', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, { reclaimPolicy: 'Delete' });
  const volume = await world.volume('data', isReady);
  await world.runtime.files.write(`${volume.status?.path}/file`, 'x');
  await remove(world);
  t.is(await world.runtime.files.kind(volume.status?.path ?? ''), undefined);
});

test('Retain keeps the data, and a Volume of the same name finds them again', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, { reclaimPolicy: 'Retain' });
  const volume = await world.volume('data', isReady);
  await world.runtime.files.write(`${volume.status?.path}/file`, 'x');
  await remove(world);
  t.deepEqual(await content(world, volume), ['file']);
  await declare(world, { reclaimPolicy: 'Retain' });
  const again = await world.volume('data', isReady);
  t.deepEqual(await content(world, again), ['file']);
  await world.eventually('events tell', async () => {
    const events = await world.events('data');
    return events.includes('Retained') && events.includes('Provisioned');
  });
});

test('data that vanished are never replaced by an empty directory unasked', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world);
  const { metadata } = await world.volume('data', isReady);
  await world.stop();
  await world.runtime.volumes.removeDirectory({ namespace: 'default', name: 'data', uid: metadata.uid });
  await world.start();
  const missing = await world.volume('data', (volume) => conditionOf(volume, 'Stalled'));
  t.is(conditionsText(missing), 'Ready=False VolumeDataMissing, Stalled=True VolumeDataMissing');
  t.regex(conditionOf(missing, 'Stalled')?.message ?? '', /tsmoby\.dev\/recreate/);
  await world.apply('web', mounting);
  await world.until('waits', 'web', ({ summary }) => summary === 'VolumeNotReady');
  await declare(world, {}, { 'tsmoby.dev/recreate': 'another uid' });
  await world.quiet();
  t.false(isReady(await world.volume('data', () => true)));
  await declare(world, {}, { 'tsmoby.dev/recreate': metadata.uid });
  await world.volume('data', isReady);
  await world.running('web');
});

test('an empty volume is populated from the image once', async (t) => {
  await using world = await ContainerWorld.open();
  world.controls.addImage('docker.io/library/seed:1', { files: { '/data/a': '1', '/data/b/c': '2', '/other': '3' } });
  await declare(world, { populate: 'Image' });
  await world.apply('web', { ...mounting, image: 'seed:1' });
  const running = await world.running('web');
  const volume = await world.volume('data', isReady);
  t.deepEqual(await content(world, volume), ['a', 'b']);
  await world.volume('data', ({ status }) => status?.populated);
  await world.runtime.files.write(`${volume.status?.path}/a`, 'changed');
  world.controls.killTask(world.only(running));
  await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(Buffer.from((await world.runtime.files.read(`${volume.status?.path}/a`)) ?? '').toString(), 'changed');
  t.is(world.controls.calls.get('volumes.populate'), 1);
  t.deepEqual(await world.costOfNothing(), []);
});

test('a tmpfs is mounted with its size, and mounted again after it was lost', async (t) => {
  await using world = await ContainerWorld.open();
  const asked: unknown[] = [];
  const ensure = world.runtime.volumes.ensureTmpfs.bind(world.runtime.volumes);
  world.runtime.volumes.ensureTmpfs = (id, ...options: unknown[]) => {
    asked.push(options[0]);
    return ensure(id);
  };
  await declare(world, { tmpfs: { sizeLimit: '16Mi', mode: 0o700 } });
  const volume = await world.volume('data', isReady);
  t.is(volume.status?.type, 'Tmpfs');
  const id = { namespace: 'default', name: 'data', uid: volume.metadata.uid };
  await world.runtime.volumes.removeTmpfs(id);
  await world.apply('web', mounting);
  await world.running('web');
  t.truthy(await world.runtime.volumes.tmpfsMounted(id));
  t.true(asked.length >= 2);
  for (const options of asked) t.deepEqual(options, { sizeBytes: 16_777_216, mode: 0o700 });
  await world.delete('web');
  await world.gone('web');
  await remove(world);
  await world.eventually('nothing is left', async () => (await world.holdings()).length === 0);
});

test('a host path is used where it is, when it may be', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time, allowHostPaths: ['/srv'] });
  await declare(world, { hostPath: { path: '/srv/data', type: 'Directory' } });
  const waiting = await world.volume('data', (volume) => conditionOf(volume, 'Reconciling'));
  t.is(conditionsText(waiting), 'Ready=False HostPathNotFound, Reconciling=True HostPathNotFound');
  await world.runtime.files.makeDirectory('/srv/data');
  await time.pass(11_000);
  const volume = await world.volume('data', isReady);
  t.like(volume.status, { type: 'HostPath', path: '/srv/data' });
  await remove(world);
  t.is(await world.runtime.files.kind('/srv/data'), 'directory', 'what is not ours stays');
});

test('a host path that is not allowed stalls the Volume', async (t) => {
  await using world = await ContainerWorld.open({ allowHostPaths: ['/srv'] });
  await declare(world, { hostPath: { path: '/etc' } });
  const volume = await world.volume('data', (each) => conditionOf(each, 'Stalled'));
  t.is(conditionsText(volume), 'Ready=False HostPathNotAllowed, Stalled=True HostPathNotAllowed');
});

test('a Volume that is deleted waits for the Containers that mount it', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, { reclaimPolicy: 'Delete' });
  await world.apply('web', mounting);
  await world.running('web');
  const { status } = await world.volume('data', isReady);
  await world.user.delete(ref(VOLUME, 'data'));
  const held = await world.volume('data', (volume) => conditionOf(volume, 'Reconciling'));
  t.is(conditionOf(held, 'Reconciling')?.reason, 'InUse');
  t.regex(conditionOf(held, 'Reconciling')?.message ?? '', /web/);
  t.is(await world.runtime.files.kind(status?.path ?? ''), 'directory');
  await world.delete('web');
  await world.gone('web');
  await world.eventually('the volume is gone', async () => (await world.find(ref(VOLUME, 'data'))) === undefined);
  t.is(await world.runtime.files.kind(status?.path ?? ''), undefined);
});
