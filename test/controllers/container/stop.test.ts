import test from 'ava';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionsText, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const program = (args: readonly string[]) =>
  args[0] === 'stubborn' ? { steps: [{ type: 'wait' as const }], ignores: [2, 15] } : undefined;

async function stubborn(time: ManualTime, spec: Partial<ContainerSpec> = {}): Promise<ContainerWorld> {
  const world = await ContainerWorld.open({ time, program });
  await world.apply('web', { command: ['stubborn'], ...spec });
  await world.running('web');
  await world.quiet();
  return world;
}

/** Milliseconds until the object is gone, to within a step. */
async function secondsToGo(world: ContainerWorld, time: ManualTime): Promise<number> {
  const start = time.now();
  await world.eventually(
    'it is gone',
    async () => (await world.holdings()).every((what) => !what.startsWith('instances')),
    500,
  );
  await world.gone('web');
  return Math.round((time.now() - start) / 1000);
}

const ROWS: readonly (readonly [string, Partial<ContainerSpec>, number | undefined, number])[] = [
  ['the spec says nothing', {}, undefined, 30],
  ['the spec says 5 seconds', { terminationGracePeriodSeconds: 5 }, undefined, 5],
  ['the spec says at once', { terminationGracePeriodSeconds: 0 }, undefined, 0],
  ['who deletes it says 3 seconds', {}, 3, 3],
  ['who deletes it says 40 seconds', {}, 40, 40],
  ['who deletes it says now', {}, 1, 1],
  ['who deletes it forces it', {}, 0, 1],
];

for (const [title, spec, asked, expected] of ROWS) {
  test(`a process that does not stop is killed after ${expected} s where ${title}`, async (t) => {
    const time = new ManualTime();
    await using world = await stubborn(time, spec);
    await world.delete('web', asked === undefined ? {} : { gracePeriodSeconds: asked });
    const took = await secondsToGo(world, time);
    t.true(Math.abs(took - expected) <= 1, `took ${took} s`);
    t.deepEqual(
      (await world.holdings()).filter((what) => !what.startsWith('images')),
      [],
    );
  });
}

test('a second delete shortens the time of grace', async (t) => {
  const time = new ManualTime();
  await using world = await stubborn(time);
  await world.delete('web');
  await time.pass(5000);
  t.is(world.controls.instanceIds().length, 1);
  await world.delete('web', { gracePeriodSeconds: 0 });
  t.true((await secondsToGo(world, time)) <= 2);
});

test('while it is being stopped, the object says so', async (t) => {
  const time = new ManualTime();
  await using world = await stubborn(time);
  await world.delete('web');
  const stopping = await world.until('is stopping', 'web', ({ summary }) => summary === 'Terminating');
  t.is(conditionsText(stopping), 'Ready=False Deleting, Reconciling=True Stopping');
  t.truthy(stopping.status?.state?.running);
  await secondsToGo(world, time);
});

test('a process that stops when asked is gone at once, with the signal of the spec', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { lifecycle: { stopSignal: 'SIGINT' } });
  await world.running('web');
  await world.delete('web');
  await world.gone('web');
  t.is(world.controls.calls.get('containers.kill'), 1);
  await world.eventually('the events tell', async () => (await world.events('web')).includes('Killing'));
});

test('a stop whose exit event is lost ends all the same', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  await world.running('web');
  world.controls.muteEvents(true);
  await world.delete('web');
  await world.eventually('it is gone', async () => world.controls.instanceIds().length === 0, 1000);
  await world.gone('web');
  t.pass();
});

test('deleted in a crash loop: gone with everything', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { command: ['false'] });
  await world.until('backs off', 'web', ({ crashCount }) => crashCount === 4);
  await world.delete('web');
  await world.gone('web');
  await world.eventually('its image goes too', async () => (await world.holdings()).length === 0);
  t.pass();
});

test('deleted while its image is pulled: gone, and the pull ends', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.setLatency('images.pull', 3_600_000);
  await world.apply('web');
  await world.until('waits', 'web', ({ summary }) => summary === 'ImagePulling');
  await world.delete('web');
  await world.gone('web');
  await world.eventually('its image goes too', async () => (await world.holdings()).length === 0);
  t.pass();
});

test('deleted while the runtime is away: gone when it is back', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  await world.running('web');
  world.controls.setUnavailable(true);
  await world.delete('web');
  await time.pass(20_000);
  t.truthy(await world.get('web'));
  world.controls.setUnavailable(false);
  await world.gone('web');
  await world.eventually('nothing is left', async () => (await world.holdings()).length === 0);
});
