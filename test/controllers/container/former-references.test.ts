/** What a former revision refers to, while it runs in place of the one that the spec asks for. */
import test from 'ava';
import type { ContainerSpec, Volume } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld, ref, VOLUME } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { mounting, SERVE, SIGHUP, site, Told, variable } from './on-change-world.ts';

const BAD: Partial<ContainerSpec> = { command: ['false'], progressDeadlineSeconds: 30 };
const withData: Partial<ContainerSpec> = {
  progressDeadlineSeconds: 30,
  volumes: [{ name: 'v', volume: { name: 'data' } }],
  volumeMounts: [{ name: 'v', mountPath: '/data' }],
};

const isWaiting = (volume: Volume) => conditionOf(volume, 'Ready')?.reason === 'InUse';

async function openWithVolume(options: Parameters<typeof ContainerWorld.open>[0] = {}): Promise<ContainerWorld> {
  const world = await ContainerWorld.open(options);
  const volume = { ...VOLUME, metadata: { name: 'data', namespace: 'default' }, spec: {} };
  await world.user.apply<Volume>(volume, { fieldManager: 'test' });
  await world.apply('web', withData);
  await isGood(world);
  return world;
}

const isGood = (world: ContainerWorld) =>
  world.until('is good', 'web', (_, object) => conditionOf(object, 'RolledOut')?.reason === 'RolloutComplete', 100);

/** The spec of now was begun, is late, and the good one runs again. */
async function takenBack(world: ContainerWorld, time: ManualTime, spec: Partial<ContainerSpec>): Promise<void> {
  const { metadata } = await world.apply('web', spec);
  await world.until('is begun', 'web', ({ rollout }) => rollout?.generation === metadata.generation);
  await time.pass(31_000);
  await world.until(
    'is taken back',
    'web',
    ({ state }, object) => state?.running && conditionOf(object, 'Stalled')?.reason === 'RolledBack',
    100,
  );
}

const isGone = (world: ContainerWorld) =>
  world.eventually('the Volume is gone', async () => (await world.find(ref(VOLUME, 'data'))) === undefined);

test('a Volume waits for the container that still runs with it while a change is on its way, and goes with the end of that', async (t) => {
  await using world = await openWithVolume();
  await world.apply('web', { image: 'app:2' });
  await world.until('waits', 'web', (_, object) => conditionOf(object, 'Ready')?.status === 'False');
  await world.user.delete(ref(VOLUME, 'data'));
  const volume = await world.volume('data', isWaiting);
  t.is(conditionOf(volume, 'Ready')?.message, 'mounted by containers web');
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  await isGone(world);
  await isGood(world);
});

test('a Volume waits for a container that was taken back to the revision which mounts it', async (t) => {
  const time = new ManualTime();
  await using world = await openWithVolume({ time });
  await takenBack(world, time, BAD);
  await world.user.delete(ref(VOLUME, 'data'));
  t.truthy(await world.volume('data', isWaiting));
  await world.delete('web');
  await isGone(world);
});

test('a changed ConfigMap reaches a container that was taken back to the revision which uses it', async (t) => {
  const time = new ManualTime();
  const told = new Told();
  await using world = await ContainerWorld.open({ ...told.options, time });
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...variable(), ...mounting({ action: 'Signal' }), progressDeadlineSeconds: 30 });
  await isGood(world);
  await takenBack(world, time, BAD);
  told.lines.length = 0;
  await site(world, 'second');
  await world.eventually('it is told', () => told.lines.length > 0);
  t.deepEqual(told.lines, [`kill ${SIGHUP} second`]);
});

test('while what replaces it waits for its image, a changed ConfigMap reaches the process that runs', async (t) => {
  const told = new Told();
  await using world = await ContainerWorld.open(told.options);
  await site(world, 'first');
  await world.apply('web', { ...SERVE, ...mounting({ action: 'Signal' }) });
  await isGood(world);
  await world.apply('web', { command: ['other'], image: 'app:2' });
  await world.until('waits', 'web', (_, object) => conditionOf(object, 'Ready')?.status === 'False');
  await site(world, 'second');
  await world.eventually('it is told', () => told.lines.length > 0);
  t.deepEqual(told.lines, [`kill ${SIGHUP} second`]);
  await world.quiet();
  t.is(conditionOf(await world.get('web'), 'Ready')?.status, 'False');
});
