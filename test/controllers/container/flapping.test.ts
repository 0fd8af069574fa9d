import test from 'ava';
import { nextFlapCount } from '../../../controllers/container/backoff.ts';
import { healthyMs } from '../../../controllers/container/ending.ts';
import { probeKey } from '../../../controllers/container/probe-keys.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import { parseTime } from '../../../schemas/values/time.ts';
import { conditionsText, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const LIVENESS = { httpGet: { port: 80 }, periodSeconds: 10, failureThreshold: 3 };

const timeOf = (text: string | undefined): number => parseTime(text ?? '') ?? 0;

/** A container that turns unhealthy half a minute after each start. */
async function flapping(time: ManualTime): Promise<ContainerWorld> {
  const world = await ContainerWorld.open({ time });
  await world.apply('web', { livenessProbe: { ...LIVENESS, initialDelaySeconds: 10 } });
  const web = await world.running('web');
  world.controls.answerProbe(probeKey(world.only(web), 'liveness'), 'failure', 'HTTP 500');
  return world;
}

/** From one wait to the next: the present one goes by, and the run after it. */
async function nextWait(world: ContainerWorld, time: ManualTime, crashes: number): Promise<ContainerStatus> {
  const { nextStartTime } = (await world.get('web')).status ?? {};
  if (nextStartTime !== undefined) {
    await time.pass(timeOf(nextStartTime) - time.now());
    await world.until('runs', 'web', ({ state }) => state?.running, 1);
  }
  await time.pass(29_500);
  const seen = await world.until('waits', 'web', (s) => s.crashCount === crashes && s.nextStartTime, 100);
  return seen.status ?? {};
}

test('what turns unhealthy every half minute is started again later each time, up to five minutes', async (t) => {
  const time = new ManualTime();
  await using world = await flapping(time);
  const delays: number[] = [];
  for (let crashes = 2; crashes <= 14; crashes += 1) {
    const status = await nextWait(world, time, crashes);
    const { finishedAt, startedAt, reason } = status.lastState?.terminated ?? {};
    t.is(reason, 'Unhealthy');
    t.is(Math.round((timeOf(finishedAt) - timeOf(startedAt)) / 10_000), 3, 'each run took half a minute');
    delays.push(timeOf(status.nextStartTime) - timeOf(finishedAt));
    t.is(status.state?.waiting?.reason, crashes < 13 ? 'CrashLoopBackOff' : 'Flapping');
  }
  await world.quiet();
  t.is(conditionsText(await world.get('web')), 'Ready=False Flapping, Reconciling=True Flapping');
  // Ends are told in whole seconds.
  delays.forEach((delay, index) => {
    const whole = Math.min(200 * 2 ** index, 300_000);
    t.true(Math.abs(delay - whole) <= 1000, `${delay} of ${whole}`);
  });
});

test('ten minutes without a complaint end the row', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { livenessProbe: LIVENESS });
  const web = await world.running('web');
  const key = probeKey(world.only(web), 'liveness');
  for (let restarts = 1; restarts <= 4; restarts += 1) {
    world.controls.answerProbe(key, 'failure', 'HTTP 500');
    await world.running('web', (s) => s.restartCount === restarts);
  }
  t.is((await world.get('web')).status?.crashCount, 4);
  world.controls.answerProbe(key, 'success');
  await time.pass(640_000);
  world.controls.answerProbe(key, 'failure', 'HTTP 500');
  const { status } = await world.running('web', (s) => s.restartCount === 5);
  t.is(status?.crashCount, 1);
});

test('a wait that probes have earned is kept by the next daemon', async (t) => {
  const time = new ManualTime();
  await using world = await flapping(time);
  for (let crashes = 2; crashes < 9; crashes += 1) await nextWait(world, time, crashes);
  const status = await nextWait(world, time, 9);
  await world.stop();
  await world.start();
  await world.quiet();
  const after = await world.get('web');
  t.is(after.status?.nextStartTime, status.nextStartTime);
  t.is(conditionsText(after), 'Ready=False CrashLoopBackOff, Reconciling=True CrashLoopBackOff');
  t.deepEqual(await world.costOfNothing(), []);
});

const SINCE = '2026-01-01T00:20:00Z';
const START = '2026-01-01T00:00:00Z';

const WELL: readonly (readonly [string, string, string | undefined, number])[] = [
  ['a livenessProbe, less the time it took to complain', 'livenessProbe', START, 20 * 60_000 - 30_000],
  ['a livenessProbe that complained from the start', 'livenessProbe', SINCE, 0],
  ['a startupProbe, however long it took', 'startupProbe', START, 0],
  ['a hook', 'postStart', START, 0],
];

for (const [title, check, startedAt, expected] of WELL) {
  test(`how long it was well before ${title}: ${expected} ms`, (t) => {
    t.is(healthyMs({ check, since: SINCE }, startedAt, { livenessProbe: LIVENESS }), expected);
  });
}

test('the count begins anew at ten minutes, and not before', (t) => {
  t.is(nextFlapCount(7, 599_999), 8);
  t.is(nextFlapCount(7, 600_000), 1);
});
