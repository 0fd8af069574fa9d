import test from 'ava';
import type { Client } from '../../../client/client.ts';
import { conditionOf, conditionsText, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

test('a new daemon adopts what runs, restarts nothing and writes nothing', async (t) => {
  await using world = await ContainerWorld.open();
  for (const name of ['a', 'b', 'c']) await world.apply(name);
  const before = [];
  for (const name of ['a', 'b', 'c']) before.push(await world.running(name));
  await world.quiet();
  await world.stop();
  world.controls.resetCounters();
  await world.start();
  await world.quiet();
  t.deepEqual(world.writes, []);
  t.is(world.controls.mutations, 0);
  for (const object of before) t.deepEqual(await world.get(object.metadata.name), object);
});

/** A client whose status writes fail while the switch is on, as those of a daemon that is gone. */
function dying(client: Client, isDead: () => boolean): Client {
  const dead = Object.create(client) as Client;
  dead.updateStatus = (...parameters) =>
    isDead() ? Promise.reject(new Error('the daemon is dead')) : client.updateStatus(...parameters);
  return dead;
}

test('a daemon that dies between a start and its status write leaves a process that the next one adopts', async (t) => {
  let dead = false;
  await using world = await ContainerWorld.open({ client: (client) => dying(client, () => dead) });
  await world.apply('first');
  await world.running('first');
  dead = true;
  const { metadata } = await world.apply('web');
  const id = await world.eventually('it is started', () =>
    world.controls.instanceIds().find((each) => each.startsWith(metadata.uid) && world.controls.instance(each)?.task),
  );
  const pid = world.controls.instance(id)?.task?.pid;
  await world.stop();
  dead = false;
  await world.start();
  const { status } = await world.running('web');
  t.like(status, { pid: pid ?? 0, restartCount: 0, logRun: 0, containerID: `containerd://${id}` });
  t.deepEqual(await world.costOfNothing(), []);
});

test('what ended while no daemon ran is written down and repaired by the next one', async (t) => {
  await using world = await ContainerWorld.open();
  for (const name of ['exited', 'lost', 'deleted', 'gone']) await world.apply(name);
  const objects = new Map();
  for (const name of ['exited', 'lost', 'deleted', 'gone']) objects.set(name, await world.running(name));
  await world.stop();
  const id = (name: string): string => world.only(objects.get(name));
  world.controls.exitTask(id('exited'), 7);
  world.controls.deleteTask(id('lost'));
  world.controls.deleteRecord(id('deleted'));
  await world.delete('gone');
  await world.start();
  const last = async (name: string) =>
    (await world.running(name, (s) => s.restartCount === 1)).status?.lastState?.terminated;
  t.like(await last('exited'), { exitCode: 7, reason: 'Error' });
  t.like(await last('lost'), { reason: 'TaskLost' });
  t.like(await last('deleted'), { reason: 'InstanceLost' });
  await world.gone('gone');
  t.deepEqual(world.instances(objects.get('gone')), []);
});

test('a process that started and ended unwritten is counted, with the log it wrote', async (t) => {
  let dead = false;
  await using world = await ContainerWorld.open({ client: (client) => dying(client, () => dead) });
  await world.apply('web');
  const first = await world.running('web');
  await world.quiet();
  const id = world.only(first);
  // The exit is written down; what is started then is not.
  world.controls.failNext('logs.open', new Error('not now'), 1);
  world.controls.exitTask(id, 1);
  await world.until('is told', 'web', ({ lastState }) => lastState?.terminated);
  dead = true;
  const pid = await world.eventually('it runs again', () => {
    const { pid: now } = world.controls.instance(id)?.task ?? {};
    return now !== first.status?.pid ? now : undefined;
  });
  await world.stop();
  world.controls.exitTask(id, 9);
  dead = false;
  await world.start();
  const { status } = await world.running('web', ({ restartCount = 0 }) => restartCount > 1);
  t.like(status?.lastState?.terminated, { exitCode: 9, pid });
  t.like(status, { restartCount: 2, logRun: 2 });
});

test('while the runtime is away, objects say so and keep what was last seen; then all is well', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  await world.apply('job', { restartPolicy: 'Never', command: ['true'] });
  const before = await world.running('web');
  await world.until('is over', 'job', ({ phase }) => phase === 'Succeeded');
  world.controls.setUnavailable(true);
  const away = await world.until(
    'says so',
    'web',
    (_, object) => conditionOf(object, 'Ready')?.status === 'Unknown',
    200,
  );
  t.is(conditionsText(away), 'Ready=Unknown RuntimeUnavailable, Reconciling=True RuntimeUnavailable');
  t.like(away.status, { phase: 'Running', pid: before.status?.pid ?? 0, started: true });
  t.deepEqual(away.status?.state, before.status?.state);

  await world.apply('late');
  await world.delete('job');
  await world.until('says so too', 'late', (_, object) => conditionOf(object, 'Ready')?.status === 'Unknown', 200);
  t.truthy(await world.get('job'), 'nothing goes before it is really gone');

  world.controls.setUnavailable(false);
  const back = await world.running('web');
  t.is(conditionsText(back), 'Ready=True Running');
  t.like(back.status, { restartCount: 0, pid: before.status?.pid ?? 0 });
  await world.running('late');
  await world.gone('job');
  t.deepEqual(await world.costOfNothing(), []);
});

test('a runtime that is back within a second was never away', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  const before = await world.running('web');
  await world.quiet();
  world.controls.setUnavailable(true);
  await time.pass(500);
  world.controls.setUnavailable(false);
  await time.pass(3000);
  await world.quiet();
  t.deepEqual(await world.get('web'), before);
});

test('a Container whose nodeName is another machine is left alone', async (t) => {
  await using world = await ContainerWorld.open();
  const object = await world.apply('web', { nodeName: 'elsewhere' });
  await world.apply('here');
  await world.running('here');
  await world.quiet();
  t.deepEqual(world.instances(object), []);
  await world.delete('web');
  await world.gone('web');
});
