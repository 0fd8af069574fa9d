/** The process of a former revision, while the image of the next one is waited for. */
import test from 'ava';
import { probeKey } from '../../../controllers/container/probe-keys.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const FORMER: Partial<ContainerSpec> = { command: ['serve'], livenessProbe: { httpGet: { port: 80 } } };

/** A Container that runs well, and whose spec asks for an image that is not there. */
async function openWaiting(): Promise<{ world: ContainerWorld; former: Container; id: string }> {
  const program = () => ({ steps: [{ type: 'wait' as const }] });
  const world = await ContainerWorld.open({ time: new ManualTime(), program });
  await world.apply('web', FORMER);
  const former = await world.until(
    'is good',
    'web',
    (_, object) => conditionOf(object, 'RolledOut')?.reason === 'RolloutComplete',
  );
  const id = world.only(former);
  await world.apply('web', { command: ['next'], image: 'app:2' });
  await isWaiting(world);
  return { world, former, id };
}

const isWaiting = (world: ContainerWorld) =>
  world.until('waits', 'web', (_, object) => conditionOf(object, 'Ready')?.reason === 'ErrImagePull', 100);

const runsAgain = (world: ContainerWorld, restarts: number) =>
  world.until('runs again', 'web', ({ restartCount, state }) => restartCount === restarts && state?.running, 100);

test('when it crashes it is started again as it was, with a wait that grows', async (t) => {
  const { world, id } = await openWaiting();
  await using _ = world;
  for (const crash of [1, 2, 3]) {
    world.controls.exitTask(id, 1);
    const again = await runsAgain(world, crash);
    t.is(again.status?.crashCount, crash);
    t.deepEqual(world.controls.instance(id)?.spec.process.args, ['serve']);
    await isWaiting(world);
  }
  t.deepEqual(await world.costOfNothing(), []);
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  const next = await world.until('is replaced', 'web', ({ containerID }) => containerID !== `containerd://${id}`, 1000);
  t.deepEqual(world.controls.instance(world.only(next))?.spec.process.args, ['next']);
});

test('when its own livenessProbe fails it is started again, and what replaces it still waits', async (t) => {
  const { world, id } = await openWaiting();
  await using _ = world;
  world.controls.answerProbe(probeKey(id, 'liveness'), 'failure', 'HTTP 500');
  await world.until('is stopped', 'web', ({ lastState }) => lastState?.terminated?.reason === 'Unhealthy', 100);
  world.controls.answerProbe(probeKey(id, 'liveness'), 'success');
  const again = await runsAgain(world, 1);
  t.like(again.status?.lastState?.terminated, { reason: 'Unhealthy', message: 'HTTP 500' });
  t.deepEqual(world.instances(again), [`${id} running`]);
  t.is(conditionOf(await isWaiting(world), 'Reconciling')?.status, 'True');
});
