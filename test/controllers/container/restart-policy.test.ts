import test from 'ava';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionsText, ContainerWorld } from '../../support/container-world.ts';

type Policy = NonNullable<ContainerSpec['restartPolicy']>;

const ROWS: readonly (readonly [Policy, number, string])[] = [
  ['Always', 0, 'again'],
  ['Always', 1, 'again'],
  ['OnFailure', 0, 'Succeeded Completed: Ready=True Completed'],
  ['OnFailure', 1, 'again'],
  ['Never', 0, 'Succeeded Completed: Ready=True Completed'],
  ['Never', 1, 'Failed Error: Ready=False Error, Stalled=True Error'],
];

for (const [restartPolicy, code, expected] of ROWS) {
  test(`policy ${restartPolicy}, exit code ${code}: ${expected}`, async (t) => {
    await using world = await ContainerWorld.open();
    await world.apply('job', { restartPolicy });
    const running = await world.running('job');
    const id = world.only(running);
    world.controls.exitTask(id, code);
    if (expected === 'again') {
      await world.running('job', ({ restartCount }) => restartCount === 1);
      t.deepEqual(await world.costOfNothing(), []);
      return;
    }
    const over = await world.until(
      'is over',
      'job',
      ({ state, observedGeneration }) => state?.terminated && observedGeneration,
    );
    await world.quiet();
    const object = await world.get('job');
    t.is(`${over.status?.phase} ${over.status?.summary}: ${conditionsText(object)}`, expected);
    t.like(object.status, { started: false, restartCount: 0 });
    t.is(object.status?.pid, undefined);
    t.deepEqual(await world.costOfNothing(), []);
  });
}

test('a finished run is not started again by a new daemon, nor by a new label; by a new spec it is', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('job', { restartPolicy: 'Never', command: ['true'] });
  await world.until('is over', 'job', ({ phase }) => phase === 'Succeeded');
  await world.stop();
  await world.start();
  t.deepEqual(await world.costOfNothing(), []);
  await world.apply('job', { restartPolicy: 'Never', command: ['true'] }, { a: 'b' });
  await world.until(
    'is seen',
    'job',
    (status, { metadata }) => metadata.labels?.['a'] === 'b' && status.phase === 'Succeeded',
  );
  t.deepEqual(await world.costOfNothing(), []);
  await world.apply('job', { restartPolicy: 'Never', command: ['sleep', 'infinity'] });
  const { status } = await world.running('job');
  t.is(status?.restartCount, 1);
});

test('a finished run starts again when the policy comes to want it', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('job', { restartPolicy: 'Never' });
  world.controls.exitTask(world.only(await world.running('job')), 1);
  await world.until('is over', 'job', ({ phase }) => phase === 'Failed');
  await world.apply('job', { restartPolicy: 'Always' });
  t.is((await world.running('job')).status?.restartCount, 1);
});
