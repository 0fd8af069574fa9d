import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive, processGone } from '../../support/daemon/kernel.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { isReady, type Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

interface Present {
  readonly id: string;
  readonly pid: number;
  readonly restarts: number;
}

/** A container that runs, as `ctr` knows it. */
async function present(space: Space, name = 'web'): Promise<Present> {
  const { status } = await space.running(name);
  const id = (status?.containerID ?? '').replace('containerd://', '');
  return { id, pid: status?.pid ?? 0, restarts: status?.restartCount ?? 0 };
}

/** Until another process of it runs. */
async function healed(space: Space, before: Present, name = 'web'): Promise<Container> {
  const { status } = await space.until<Container>('Container', name, 'runs again', ({ status: now }) => {
    return now?.state?.running !== undefined && now.pid !== before.pid;
  });
  return { status } as Container;
}

async function start(space: Space): Promise<Present> {
  await space.container('web', { command: ['sleep', '600'] });
  return present(space);
}

scenario('a process that is killed is back, with the reason, an Event and the count', async (t, space) => {
  const before = await start(space);
  process.kill(before.pid, 'SIGKILL');
  const { status } = await healed(space, before);
  t.is(status?.restartCount, 1);
  t.is(status?.containerID, `containerd://${before.id}`);
  t.like(status?.lastState?.terminated, { exitCode: 137, signal: 9, reason: 'Error', pid: before.pid });
  t.true(isAlive(status?.pid ?? 0));
  await eventually('events tell it', async () => {
    const reasons = await space.eventReasons('web');
    return reasons.includes('Error') && reasons.includes('Started');
  });
});

scenario('a task that is deleted with ctr is back', async (t, space) => {
  const before = await start(space);
  // The daemon may be quicker, and ctr then finds nothing left to delete.
  await space.daemon.ctr('tasks', 'delete', '--force', before.id).catch(() => undefined);
  const { status } = await healed(space, before);
  // ctr kills, waits and deletes: it may meet the next process already.
  t.true((status?.restartCount ?? 0) >= 1);
  // Of a restart that ctr meets half-way nobody knows more than that it failed.
  const { reason, finishedAt } = status?.lastState?.terminated ?? {};
  t.truthy(reason);
  t.truthy(finishedAt);
  t.true(isAlive(status?.pid ?? 0));
});

scenario('a container that is deleted with ctr, task and snapshot included, is back', async (t, space) => {
  const before = await start(space);
  // The daemon may be quicker, and ctr then finds nothing left to delete.
  await space.daemon.ctr('tasks', 'delete', '--force', before.id).catch(() => undefined);
  await space.daemon.ctr('containers', 'delete', before.id).catch(() => undefined);
  const { status } = await healed(space, before);
  t.true(isAlive(status?.pid ?? 0));
  t.true((status?.restartCount ?? 0) >= 1);
  await processGone(before.pid);
  t.is((await space.daemon.containerd.holdings()).containers.length, 1);
});

scenario('a record that vanishes under its running process is back, and no second process runs', async (t, space) => {
  const before = await start(space);
  await space.daemon.containerd.services.containers.delete({ id: before.id });
  await eventually(
    'the record is back',
    async () => (await space.daemon.containerd.holdings()).containers.length === 1,
  );
  // The record may be back before status tells of the process that is: what was written before may still be there.
  const { status } = await space.until<Container>('Container', 'web', 'tells of a process that is alive', (object) => {
    return isReady(object) && isAlive(object.status?.pid ?? 0);
  });
  if (status?.pid !== before.pid) await processGone(before.pid);
  t.is((await space.daemon.containerd.holdings()).tasks.length, 1);
});

scenario('snapshot and record taken away while it was down between two runs are made anew', async (t, space) => {
  await space.container('web', { command: ['sh', '-c', 'sleep 600 & wait; exit 3'] });
  const before = await present(space);
  await space.daemon.ctr('tasks', 'kill', '--signal', 'SIGKILL', '--all', before.id);
  await space.daemon.ctr('snapshots', 'rm', before.id).catch(() => undefined);
  const { status } = await healed(space, before);
  t.true(isAlive(status?.pid ?? 0));
});

scenario('a process that is killed again and again is back each time, ever more slowly', async (t, space) => {
  let before = await start(space);
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    process.kill(before.pid, 'SIGKILL');
    const { status } = await healed(space, before);
    times.push(performance.now() - started);
    before = { ...before, pid: status?.pid ?? 0, restarts: status?.restartCount ?? 0 };
  }
  t.is(before.restarts, 5);
  const { status } = await space.get<Container>('Container', 'web');
  t.is(status?.crashCount, 5);
  // 0.2 s + 0.4 s + 0.8 s + 1.6 s of waiting after the second to the fifth failure.
  t.true(times.reduce((sum, time) => sum + time, 0) > 2500, String(times));
});

scenario('a spec that is edited by hand while its process is killed ends as the spec says', async (t, space) => {
  const before = await start(space);
  process.kill(before.pid, 'SIGKILL');
  await space.container('web', { command: ['sleep', '700'], env: [{ name: 'EDITED', value: 'yes' }] });
  const { status } = await space.until<Container>(
    'Container',
    'web',
    'runs the edited spec',
    (object) => isReady(object) && object.status?.pid !== before.pid,
  );
  t.not(status?.containerID, `containerd://${before.id}`);
  t.is((await space.daemon.containerd.holdings()).tasks.length, 1);
});

scenario('status that somebody overwrites is what is real again', async (t, space) => {
  const before = await start(space);
  const object = await space.get<Container>('Container', 'web');
  const lie = { ...object.status, phase: 'Failed' as const, pid: 1, summary: 'Nonsense' };
  await space.daemon.client.updateStatus<Container>({ ...object, status: lie });
  const { status } = await space.until<Container>(
    'Container',
    'web',
    'tells the truth',
    ({ status: now }) => now?.pid === before.pid,
  );
  t.is(status?.phase, 'Running');
  t.is(status?.summary, 'Running');
});

scenario(
  'an image record that is deleted with ctr is fetched again, and what runs does not notice',
  async (t, space) => {
    const before = await start(space);
    const [record = ''] = (await space.daemon.containerd.holdings()).images;
    await space.daemon.ctr('images', 'rm', '--sync', record);
    await eventually('the record is back', async () =>
      (await space.daemon.containerd.holdings()).images.includes(record),
    );
    t.true(isAlive(before.pid));
    t.is((await present(space)).restarts, 0);
  },
);

scenario(
  'a finalizer or namespace that is deleted meanwhile harms nothing: a new object of the name is a new container',
  async (t, space) => {
    const before = await start(space);
    await space.remove('Container', 'web');
    await processGone(before.pid);
    const after = await start(space);
    t.not(after.id, before.id);
    t.is(after.restarts, 0);
  },
);
