import test from 'ava';
import type { Event } from '../../../schemas/gen/types.ts';
import { conditionsText, ContainerWorld } from '../../support/container-world.ts';

async function warnings(world: ContainerWorld): Promise<readonly string[]> {
  const { items } = await world.user.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
  return items.filter(({ reason }) => reason === 'OOMKilled').map(({ message = '' }) => message);
}

test('a process that the kernel takes beside the first one is told, and nothing is restarted', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  const before = await world.running('web');
  world.controls.oomOfChild(world.only(before));
  const [message] = await world.eventually('an event tells', async () => {
    const all = await warnings(world);
    return all.length > 0 ? all : undefined;
  });
  t.is(message, 'the kernel killed a process in it, because the memory limit was reached; 1 since its start');
  await world.quiet();
  const after = await world.get('web');
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0, lastState: undefined });
  t.is(conditionsText(after), 'Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
});

test('when it is the first one, its end tells, and the next run has nothing of it', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  world.controls.oom(world.only(await world.running('web')));
  const { status } = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(status?.lastState?.terminated?.reason, 'OOMKilled');
  await world.quiet();
  t.deepEqual(
    (await warnings(world)).filter((message) => message.endsWith('0 since its start')),
    [],
  );
});
