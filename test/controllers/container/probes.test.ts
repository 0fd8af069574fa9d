import test from 'ava';
import { probeKey, type ProbeKind } from '../../../controllers/container/probe-keys.ts';
import { probeSpec } from '../../../controllers/container/probe-spec.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, conditionsText, ContainerWorld, CONTAINER, ref } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const http = (port: number | string = 8080) => ({ httpGet: { port, path: '/health' } });
const ALL = { startupProbe: http(), livenessProbe: http(), readinessProbe: http() };

const kinds = (world: ContainerWorld): readonly string[] =>
  world.runtime.probes.list().map((key) => key.split('/').at(-1) ?? '');

const answer = (
  world: ContainerWorld,
  object: Container,
  kind: ProbeKind,
  how: 'success' | 'failure',
  words?: string,
) => world.controls.answerProbe(probeKey(world.only(object), kind), how, words);

async function open(
  spec: Partial<ContainerSpec>,
): Promise<{ world: ContainerWorld; time: ManualTime; web: Container }> {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  await world.apply('web', spec);
  const web = await world.running('web', ({ started }) => started === true);
  await world.quiet();
  return { world, time, web };
}

test('without probes it is ready when it runs, and nobody is asked', async (t) => {
  const { world, web } = await open({});
  await using _world = world;
  t.like(web.status, { started: true, ready: true });
  t.deepEqual(world.runtime.probes.list(), []);
});

test('until its startupProbe succeeds it has not started, and the other probes wait', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { ...ALL, startupProbe: { ...http(), initialDelaySeconds: 60 } });
  const early = await world.until('runs', 'web', ({ state }) => state?.running);
  await world.quiet();
  t.like(early.status, { started: false, ready: false, phase: 'Running' });
  t.is(conditionsText(early), 'Ready=False NotStarted, Reconciling=True NotStarted');
  t.deepEqual(kinds(world), ['startup']);
  t.deepEqual(await world.costOfNothing(), []);
  await time.pass(60_000);
  const { status } = await world.running('web');
  t.like(status, { started: true, ready: true, restartCount: 0 });
  t.deepEqual(kinds(world), ['liveness', 'readiness']);
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
});

test('one that never starts is started again, as a failed run', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { startupProbe: { ...http(), periodSeconds: 5, initialDelaySeconds: 1 } });
  const web = await world.until('runs', 'web', ({ state }) => state?.running);
  answer(world, web, 'startup', 'failure', 'connection refused');
  const { status } = await world.until('runs again', 'web', (s) => s.restartCount === 1 && s.state?.running, 200);
  t.like(status?.lastState?.terminated, { reason: 'Unhealthy', message: 'connection refused' });
  t.like(status, { crashCount: 1, started: false });
  answer(world, web, 'startup', 'success');
  await world.running('web');
});

test('an unhealthy one is stopped, with the reason, and started again', async (t) => {
  const { world, web } = await open(ALL);
  await using _world = world;
  answer(world, web, 'liveness', 'failure', 'HTTP 500');
  const { status } = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.like(status?.lastState?.terminated, { reason: 'Unhealthy', message: 'HTTP 500', exitCode: 143, signal: 15 });
  t.is(status?.crashCount, 1);
  t.is(status?.ending, undefined);
  const events = await world.events('web');
  t.true(events.includes('Unhealthy') && events.includes('Killing'), events.join(' '));
  t.deepEqual(world.instances(web).length, 1);
});

test('a 0 in a probe is the default, and less than 0 is refused', async (t) => {
  const zeros = { periodSeconds: 0, timeoutSeconds: 0, successThreshold: 0, failureThreshold: 0 };
  const { world } = await open({ livenessProbe: { ...http(), ...zeros } });
  await using _world = world;
  t.deepEqual(kinds(world), ['liveness']);
  t.like(probeSpec({ ...http(), ...zeros }, { type: 'tcp', port: 80 }), {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const error = await t.throwsAsync(world.apply('web', { livenessProbe: { ...http(), periodSeconds: -1 } }));
  t.regex(error.message, /livenessProbe\.periodSeconds/);
});

test('while an unhealthy one is being stopped it is not ready, and not asked', async (t) => {
  const time = new ManualTime();
  const program = () => ({ steps: [{ type: 'wait' as const }], ignores: [15] });
  await using world = await ContainerWorld.open({ time, program });
  await world.apply('web', {
    ...ALL,
    livenessProbe: { ...http(), terminationGracePeriodSeconds: 4 },
    terminationGracePeriodSeconds: 600,
  });
  const web = await world.running('web');
  answer(world, web, 'liveness', 'failure', 'HTTP 500');
  const stopping = await world.until('is stopped', 'web', ({ summary }) => summary === 'Unhealthy');
  t.is(conditionsText(stopping), 'Ready=False Unhealthy, Reconciling=True Unhealthy');
  t.regex(conditionOf(stopping, 'Ready')?.message ?? '', /livenessProbe failed: HTTP 500/);
  t.deepEqual(kinds(world), []);
  const began = time.now();
  await world.until('is killed after the grace of the probe', 'web', ({ restartCount }) => restartCount === 1, 200);
  t.true(time.now() - began > 3000 && time.now() - began < 6000, `${time.now() - began} ms`);
});

test('restartPolicy Never: an unhealthy one ends as failed', async (t) => {
  const { world, web } = await open({ ...ALL, restartPolicy: 'Never' });
  await using _world = world;
  answer(world, web, 'liveness', 'failure', 'HTTP 500');
  const { status } = await world.until('is over', 'web', (_, object) => conditionOf(object, 'Stalled'));
  t.like(status?.state?.terminated, { reason: 'Unhealthy', message: 'HTTP 500' });
  t.is(conditionsText(await world.get('web')), 'Ready=False Unhealthy, Stalled=True Unhealthy');
  t.deepEqual(kinds(world), []);
  t.deepEqual(await world.costOfNothing(), []);
});

test('one that ends on its own with 0 after it was unhealthy has failed all the same', async (t) => {
  const { world, web } = await open({ ...ALL, restartPolicy: 'OnFailure' });
  await using _world = world;
  world.controls.failNext('containers.kill', new Error('not now'), 1_000_000);
  answer(world, web, 'liveness', 'failure', 'HTTP 500');
  await world.until('is condemned', 'web', ({ ending }) => ending);
  await world.stop();
  world.controls.exitTask(world.only(web), 0);
  await world.start();
  const { status } = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.like(status?.lastState?.terminated, { reason: 'Unhealthy', exitCode: 0 });
});

test('readiness comes and goes without a restart, and writes only when it changes', async (t) => {
  const { world, web } = await open(ALL);
  await using _world = world;
  for (const round of [1, 2, 3]) {
    world.writes.length = 0;
    answer(world, web, 'readiness', 'failure', `HTTP 503, try ${round}`);
    const unready = await world.until('is not ready', 'web', ({ ready }) => ready === false);
    await world.quiet();
    t.is(conditionsText(unready), 'Ready=False ContainersNotReady, Reconciling=True ContainersNotReady');
    t.is(conditionOf(unready, 'Ready')?.message, `readinessProbe failed: HTTP 503, try ${round}`);
    t.like(unready.status, { started: true, summary: 'Running' });
    t.deepEqual(await world.costOfNothing(), []);
    world.writes.length = 0;
    answer(world, web, 'readiness', 'success');
    await world.running('web', ({ ready }) => ready === true);
    await world.quiet();
    t.is(world.writes.filter((write) => write.includes('Container')).length, 1, world.writes.join());
  }
  t.like((await world.get('web')).status, { restartCount: 0, pid: web.status?.pid ?? 0 });
  t.true((await world.events('web')).includes('Unhealthy'));
});

test('changed probes are asked anew, the others go on, and nothing is restarted', async (t) => {
  const { world, web } = await open(ALL);
  await using _world = world;
  world.controls.resetCounters();
  await world.apply('web', { ...ALL, readinessProbe: { ...http(), periodSeconds: 3 } });
  await world.until('is seen', 'web', ({ observedGeneration }) => observedGeneration === 2);
  await world.quiet();
  t.is(world.controls.mutations, 1, 'one probe is another one');
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
  await world.apply('web', { readinessProbe: http() });
  await world.eventually('the other is asked no more', () => kinds(world).join() === 'readiness');
  await world.apply('web', {});
  await world.eventually('none is asked', () => kinds(world).length === 0);
  t.like((await world.running('web')).status, { restartCount: 0, pid: web.status?.pid ?? 0 });
});

for (const ready of [true, false]) {
  test(`a new daemon that has no answer yet lets a container be ${ready ? 'ready' : 'unready'}, as it was`, async (t) => {
    const { world, web } = await open(ALL);
    await using _world = world;
    const key = probeKey(world.only(web), 'readiness');
    if (!ready) world.controls.answerProbe(key, 'failure', 'HTTP 503');
    const before = await world.until('is as told', 'web', (status) => status.ready === ready);
    await world.quiet();
    await world.stop();
    world.runtime.probes.remove(key);
    world.controls.answerProbe(key, 'silent');
    await world.start();
    await world.quiet();
    t.deepEqual(world.writes, []);
    t.deepEqual(await world.get('web'), before);
    t.deepEqual(kinds(world), ['liveness', 'readiness']);
    world.controls.answerProbe(key, ready ? 'failure' : 'success', 'now');
    await world.until('the first answer counts', 'web', (status) => status.ready === !ready);
  });
}

test('with its object all probes of a container go', async (t) => {
  const { world } = await open(ALL);
  await using _world = world;
  await world.delete('web');
  await world.gone('web');
  t.deepEqual(kinds(world), []);
});

test('probes that belong to no object are swept away', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time, sweeper: true });
  await world.apply('web', ALL);
  const web = await world.running('web');
  await world.stop();
  const live = await world.get('web');
  await world.user.update({ ...live, metadata: { ...live.metadata, finalizers: [] } });
  await world.user.delete(ref(CONTAINER, 'web'));
  await world.start();
  await world.eventually('its probes go', () => kinds(world).length === 0, 1000);
  t.deepEqual(world.instances(web), []);
});

test('a name of a port is looked up in spec.ports; one that is not there stalls, by its path', async (t) => {
  const { world, web } = await open({ livenessProbe: http('web'), ports: [{ name: 'web', containerPort: 81 }] });
  await using _world = world;
  await world.apply('web', { livenessProbe: http('nope'), ports: [{ name: 'web', containerPort: 81 }] });
  const stalled = await world.until('stalls', 'web', (_, object) => conditionOf(object, 'Stalled'));
  t.is(conditionsText(stalled), 'Ready=False InvalidSpec, Stalled=True InvalidSpec');
  t.regex(conditionOf(stalled, 'Ready')?.message ?? '', /^spec\.livenessProbe\.httpGet\.port: .*"nope"/);
  t.is(stalled.status?.pid, web.status?.pid);
  await world.apply('new', { readinessProbe: { tcpSocket: { port: '70000' } } });
  await world.until('never starts', 'new', (_, object) => conditionOf(object, 'Stalled')?.reason === 'InvalidSpec');
  t.deepEqual(world.controls.instanceIds().length, 1);
  await world.apply('web', { livenessProbe: http('web'), ports: [{ name: 'web', containerPort: 81 }] });
  t.is((await world.running('web')).status?.pid, web.status?.pid);
});
