/** What is held against a new revision, and what is not. */
import test from 'ava';
import { probeKey } from '../../../controllers/container/probe-keys.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const GOOD: Partial<ContainerSpec> = { args: ['sleep', '1000'], progressDeadlineSeconds: 30 };
const BETTER: Partial<ContainerSpec> = { ...GOOD, args: ['sleep', '2000'] };
const BAD: Partial<ContainerSpec> = { command: ['false'], progressDeadlineSeconds: 30 };
const readinessProbe = { httpGet: { port: 80 }, initialDelaySeconds: 5 };
const APP_2 = 'docker.io/library/app:2';

const tells = (world: ContainerWorld, reason: string) =>
  world.until(`tells ${reason}`, 'web', (_s, object) => conditionOf(object, 'RolledOut')?.reason === reason, 1000);

async function openWith(spec: Partial<ContainerSpec>) {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  await world.apply('web', spec);
  return { time, world, good: await tells(world, 'RolloutComplete') };
}

/** The change was begun, and its 30 seconds are over. */
async function late(world: ContainerWorld, time: ManualTime, spec: Partial<ContainerSpec>): Promise<void> {
  const { metadata } = await world.apply('web', spec);
  await world.until('is begun', 'web', ({ rollout }) => rollout?.generation === metadata.generation);
  await time.pass(31_000);
}

/** The new revision runs where the former one did. */
const inPlace = (world: ContainerWorld) =>
  world.until(
    'is in its place',
    'web',
    ({ rollout, state, containerID }) =>
      rollout?.from !== undefined && containerID !== rollout.from && state?.running !== undefined,
  );

const runs = (world: ContainerWorld) => world.until('runs', 'web', ({ state }) => state?.running);

const argsOf = (world: ContainerWorld, object: Container) =>
  world.controls.instance(world.only(object))?.spec.process.args;

test.serial('a new revision that is fine is not taken back because the runtime is away at its deadline', async (t) => {
  const { time, world } = await openWith({ ...GOOD, minReadySeconds: 20 });
  await using _ = world;
  await world.apply('web', { ...BETTER, minReadySeconds: 20 });
  const before = await world.until('is ready', 'web', ({ rollout }) => rollout?.readySince);
  world.controls.setUnavailable(true);
  await time.pass(60_000);
  const meanwhile = await world.get('web');
  t.is(meanwhile.status?.rollout?.failure, undefined);
  t.is(meanwhile.status?.rollout?.readySince, before.status?.rollout?.readySince);
  world.controls.setUnavailable(false);
  const after = await tells(world, 'RolloutComplete');
  t.is(after.status?.pid, before.status?.pid);
});

test.serial('a daemon that comes up after the deadline asks the probes before it judges', async (t) => {
  const { time, world } = await openWith(GOOD);
  await using _ = world;
  await world.apply('web', { ...BETTER, readinessProbe });
  const before = await inPlace(world);
  await world.stop();
  await time.pass(60_000);
  for (const key of world.runtime.probes.list()) world.runtime.probes.remove(key);
  await world.start();
  const after = await tells(world, 'RolloutComplete');
  t.is(after.status?.pid, before.status?.pid);
  t.deepEqual(argsOf(world, after), ['sleep', '2000']);
  t.false((await world.events('web')).includes('RolledBack'));
});

test.serial('an image that comes after the deadline is rolled out all the same, with a time of its own', async (t) => {
  const { time, world, good } = await openWith(GOOD);
  await using _ = world;
  await late(world, time, { ...BETTER, image: 'app:2', readinessProbe });
  const waiting = await tells(world, 'ProgressDeadlineExceeded');
  t.is(waiting.status?.pid, good.status?.pid);
  t.is(conditionOf(waiting, 'Stalled'), undefined);
  t.is(conditionOf(waiting, 'Reconciling')?.status, 'True');
  world.controls.addImage(APP_2, { version: 2 });
  const after = await tells(world, 'RolloutComplete');
  t.deepEqual(argsOf(world, after), ['sleep', '2000']);
  t.is((await world.events('web')).filter((reason) => reason === 'ProgressDeadlineExceeded').length, 1);
});

test.serial('what was late because of others, and then crashes, is taken back in its own time', async (t) => {
  const { time, world } = await openWith(GOOD);
  await using _ = world;
  await late(world, time, { ...BAD, image: 'app:2' });
  await tells(world, 'ProgressDeadlineExceeded');
  world.controls.addImage(APP_2, { version: 2 });
  await tells(world, 'RolloutProgressing');
  const after = await tells(world, 'RolledBack');
  t.deepEqual(argsOf(world, await runs(world)), ['sleep', '1000']);
  t.true(after.status?.rollout?.reverted);
});

test.serial('a port that a stranger has is not held against the new revision', async (t) => {
  const { time, world } = await openWith(GOOD);
  await using _ = world;
  world.controls.occupyPort(8080, 'nginx');
  await world.apply('web', { ...BETTER, ports: [{ containerPort: 80, hostPort: 8080 }] });
  const after = await world.until(
    'is good',
    'web',
    ({ rollout, lastChange }) => lastChange && rollout === undefined,
    500,
  );
  t.is(conditionOf(after, 'RolledOut')?.reason, 'RolloutComplete');
  await time.pass(60_000);
  const later = await world.get('web');
  t.like(conditionOf(later, 'Ready'), { status: 'False', reason: 'PortTaken' });
  t.deepEqual(argsOf(world, later), ['sleep', '2000']);
});

test.serial('a former job that has ended does not end the rollout of the next, and is not started again', async (t) => {
  const job = { restartPolicy: 'Never', progressDeadlineSeconds: 30 } as const;
  const { time, world, good } = await openWith({ ...job, command: ['true'] });
  await using _ = world;
  await world.apply('web', { ...job, command: ['true'], image: 'app:2' });
  const waiting = await tells(world, 'RolloutProgressing');
  t.is(waiting.status?.containerID, good.status?.containerID);
  await time.pass(31_000);
  await tells(world, 'ProgressDeadlineExceeded');
  world.controls.addImage(APP_2, { version: 2 });
  const after = await tells(world, 'RolloutComplete');
  t.is(after.status?.image, 'app:2');
});

test.serial('back at the spec that was good last, RolledOut tells of that and no longer of the failure', async (t) => {
  const { time, world } = await openWith({ ...GOOD, readinessProbe });
  await using _ = world;
  await late(world, time, BAD);
  await tells(world, 'RolledBack');
  const back = await runs(world);
  world.controls.answerProbe(probeKey(world.only(back), 'readiness'), 'failure');
  await world.until('is not ready', 'web', ({ ready }) => ready === false, 1000);
  await world.apply('web', { ...GOOD, readinessProbe });
  await tells(world, 'RolloutProgressing');
  world.controls.answerProbe(probeKey(world.only(back), 'readiness'), 'success');
  t.is((await tells(world, 'RolloutComplete')).status?.rollout, undefined);
});

test.serial('a change that is late while a bad one runs goes back to the good one', async (t) => {
  const { time, world } = await openWith(GOOD);
  await using _ = world;
  const neverReady = { ...BETTER, readinessProbe: { ...readinessProbe, initialDelaySeconds: 500 } };
  await world.apply('web', neverReady);
  await inPlace(world);
  await late(world, time, { ...GOOD, image: 'app:2', args: ['sleep', '3000'] });
  await tells(world, 'RolledBack');
  t.deepEqual(argsOf(world, await runs(world)), ['sleep', '1000']);
});
