import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, conditionsText } from '../../support/container-world.ts';
import { done, drained, idOf, isDone, leadsTo, open, START_FIRST, version } from './start-first-world.ts';

const READINESS: Partial<ContainerSpec> = { readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 } };

test.serial(
  'the new one is started beside the old one, takes its place when it is ready, and the old one goes',
  async (t) => {
    const { world, first } = await open();
    await using _ = world;
    await world.apply('web', version(2));
    const during = await world.until('has a next one', 'web', ({ update }) => update?.pid);
    t.like(during.status, { pid: first.status?.pid ?? 0, containerID: first.status?.containerID ?? '', ready: true });
    t.is(conditionOf(during, 'Ready')?.status, 'False', 'what was applied last is not there yet');
    t.is(leadsTo(world, during), `${during.metadata.uid}.0`);
    t.is(world.instances(during).length, 2);
    const after = await drained(world);
    t.is(after.status?.pid, during.status?.update?.pid);
    t.like(after.status, { sandboxGeneration: 1, restartCount: 1, ready: true, phase: 'Running' });
    t.is(after.status?.update, undefined);
    t.is(leadsTo(world, after), `${after.metadata.uid}.1`);
    t.deepEqual(await world.runtime.sandboxes.list(), [`${after.metadata.uid}.1`]);
    t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['sleep', '2000']);
    t.is(conditionOf(after, 'Ready')?.status, 'True');
    t.deepEqual(await world.costOfNothing(), []);
  },
);

test.serial('established connections keep the old one until they are gone', async (t) => {
  const { time, world, first } = await open();
  await using _ = world;
  const pid = first.status?.pid ?? 0;
  world.runtime.connections.open(pid);
  await world.apply('web', version(2));
  const switched = await done(world);
  t.is(switched.status?.draining?.[0]?.containerID, first.status?.containerID);
  await time.pass(10_000);
  t.is(world.instances(switched).filter((text) => text.endsWith('running')).length, 2);
  world.runtime.connections.close(pid);
  const after = await drained(world);
  t.is(world.runtime.publications.records.get(after.metadata.uid)?.publication.ready, true, 'its names stay');
  t.is((await world.get('web')).status?.ready, true);
  t.is(world.instances(after).length, 1);
});

test.serial('the grace period ends what is established', async (t) => {
  const { time, world, first } = await open();
  await using _ = world;
  world.runtime.connections.open(first.status?.pid ?? 0);
  await world.apply('web', version(2));
  await done(world);
  await time.pass(21_000);
  t.is(world.instances(await drained(world)).length, 1);
});

test.serial('minReadySeconds pass before the place is taken', async (t) => {
  const { time, world, first } = await open();
  await using _ = world;
  await world.apply('web', version(2, { minReadySeconds: 10 }));
  await world.until('is ready', 'web', ({ update }) => update?.ready);
  await time.pass(8000);
  t.is((await world.get('web')).status?.pid, first.status?.pid);
  t.not((await done(world)).status?.pid, first.status?.pid);
});

test.serial('a next one that never gets ready is taken back, and the old one was not touched', async (t) => {
  const { time, world, first } = await open();
  await using _ = world;
  await world.apply('web', version(2, { ...READINESS, minReadySeconds: 30 }));
  const during = await world.until('has a next one', 'web', ({ update }) => update?.pid);
  world.controls.answerProbe(idOf(during.status?.update?.containerID), 'failure', 'refused');
  await time.pass(62_000);
  const after = await world.until(
    'is taken back',
    'web',
    ({ update }, object) => update === undefined && conditionOf(object, 'Stalled'),
    100,
  );
  t.is(conditionsText(after), 'PortsPublished=True Published, Ready=False RolledBack, Stalled=True RolledBack');
  t.is(conditionOf(after, 'RolledOut')?.reason, 'RolledBack');
  t.like(after.status, { pid: first.status?.pid ?? 0, restartCount: 0 }, 'no restart of it');
  t.is(world.only(after), idOf(first.status?.containerID));
  t.deepEqual(await world.runtime.sandboxes.list(), [`${after.metadata.uid}.0`]);
  t.deepEqual(await world.costOfNothing(), []);
});

test.serial('a next one that crashes is started again with back-off, and counted on its own', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  await world.apply('web', { ...START_FIRST, command: ['false'] });
  const during = await world.until('crashes', 'web', ({ update }) => (update?.crashCount ?? 0) > 2);
  t.like(during.status, { pid: first.status?.pid ?? 0, restartCount: 0 });
  t.is(during.status?.crashCount, undefined);
  await world.apply('web', version(1));
  const after = await world.until(
    'is as before',
    'web',
    ({ update }, object) => update === undefined && isDone(object),
  );
  t.is(after.status?.pid, first.status?.pid);
  t.deepEqual(await world.runtime.sandboxes.list(), [`${after.metadata.uid}.0`]);
});

test.serial('the old one that dies meanwhile is started again where it was', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  await world.apply('web', version(2, { minReadySeconds: 30 }));
  await world.until('is ready', 'web', ({ update }) => update?.ready);
  world.controls.exitTask(idOf(first.status?.containerID), 1);
  const again = await world.until('runs again', 'web', ({ pid }) => pid !== undefined && pid !== first.status?.pid);
  t.like(again.status, { containerID: first.status?.containerID ?? '', restartCount: 1 });
  t.is(leadsTo(world, again), `${again.metadata.uid}.0`);
  t.like((await drained(world)).status, { restartCount: 2, sandboxGeneration: 1 });
});

test.serial('another change meanwhile replaces the next one alone', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  await world.apply('web', version(2, { minReadySeconds: 30 }));
  const second = await world.until('is ready', 'web', ({ update }) => update?.ready);
  await world.apply('web', version(3));
  const third = await world.until(
    'has another next one',
    'web',
    ({ update }) => update?.pid !== undefined && update.pid !== second.status?.update?.pid,
  );
  t.is(third.status?.pid, first.status?.pid);
  const after = await drained(world);
  t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['sleep', '3000']);
});

test.serial('a change while a former one drains goes on, and back to the former spec as well', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  world.runtime.connections.open(first.status?.pid ?? 0);
  await world.apply('web', version(2));
  await done(world);
  await world.apply('web', version(1));
  const after = await done(world);
  t.like(after.status, { sandboxGeneration: 2 });
  t.not(after.status?.pid, first.status?.pid);
  t.is(
    after.status?.draining?.some(({ containerID }) => containerID === first.status?.containerID),
    true,
  );
  world.runtime.connections.close(first.status?.pid ?? 0);
  const last = await drained(world);
  t.is(world.instances(last).length, 1);
  t.deepEqual(await world.runtime.sandboxes.list(), [`${last.metadata.uid}.2`]);
});

test.serial('a restart of the daemon at any time loses nothing', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  world.runtime.connections.open(first.status?.pid ?? 0);
  await world.apply('web', version(2, { minReadySeconds: 10 }));
  const during = await world.until('is ready', 'web', ({ update }) => update?.ready);
  await world.stop();
  await world.start();
  await world.quiet();
  const same = await world.get('web');
  t.is(same.status?.update?.pid, during.status?.update?.pid);
  const switched = await done(world);
  t.is(switched.status?.pid, during.status?.update?.pid);
  await world.stop();
  await world.start();
  await world.quiet();
  t.is((await world.get('web')).status?.draining?.length, 1);
  world.runtime.connections.close(first.status?.pid ?? 0);
  t.is(world.instances(await drained(world)).length, 1);
});

test.serial('ports that cannot be moved leave all as it is, until they can', async (t) => {
  const { world, first } = await open();
  await using _ = world;
  await world.apply('web', version(2, { minReadySeconds: 5 }));
  await world.until('is ready', 'web', ({ update }) => update?.ready);
  const before = world.controls.calls.get('publications.publish') ?? 0;
  world.controls.failNext('publications.publish', new RuntimeError('Unavailable', 'netd does not answer'), 8);
  await world.eventually(
    'it was tried',
    () => (world.controls.calls.get('publications.publish') ?? 0) > before + 4,
    100,
  );
  t.is((await world.get('web')).status?.pid, first.status?.pid);
  t.is(world.instances(first).length, 2);
  t.not((await drained(world)).status?.pid, first.status?.pid);
});

test.serial('an object that is deleted meanwhile leaves nothing', async (t) => {
  for (const moment of ['prepared', 'drained'] as const) {
    const { world, first } = await open();
    await using _ = world;
    world.runtime.connections.open(first.status?.pid ?? 0);
    await world.apply('web', version(2, { minReadySeconds: 5 }));
    if (moment === 'prepared') await world.until('is ready', 'web', ({ update }) => update?.ready);
    else await done(world);
    await world.delete('web');
    await world.gone('web');
    const left = await world.eventually('nothing is left', async () => {
      const holdings = (await world.holdings()).filter((what) => !what.startsWith('images'));
      return holdings.length === 0 ? 'nothing' : undefined;
    });
    t.is(left, 'nothing', moment);
  }
});

test.serial('it works without ports, and with hostNetwork the old one stops first', async (t) => {
  const { world, first } = await open({ ports: [] });
  await using _ = world;
  await world.apply('web', version(2, { ports: [] }));
  const after = await drained(world);
  t.like(after.status, { sandboxGeneration: 1 });
  t.not(after.status?.pid, first.status?.pid);
  await world.apply('web', version(3, { ports: [], hostNetwork: true }));
  t.like((await done(world)).status, { sandboxGeneration: 1, restartCount: 2 });
});

test.serial('a change whose image never comes leaves the old one as it is', async (t) => {
  const { time, world, first } = await open();
  await using _ = world;
  await world.apply('web', version(1, { image: 'app:2' }));
  await world.until('has begun', 'web', ({ rollout }) => rollout?.startedAt);
  await time.pass(62_000);
  const after = await world.until(
    'is late',
    'web',
    (_s, object) => conditionOf(object, 'RolledOut')?.reason === 'ProgressDeadlineExceeded',
  );
  t.is(after.status?.pid, first.status?.pid);
  t.is(world.instances(after).length, 1);
});
