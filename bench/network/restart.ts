/** Another process in a sandbox that stays: after a death, and when it is asked for. Beside the bare calls on the same containerd. */
import { getContainer, killAndAwait, restartAndAwait, silent, startPublished } from '../containers.ts';
import type { Floor } from '../floor.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { World } from '../world.ts';

/** Needs a world with a network of its own, and bare containers in the floor. Leaves `count` Containers. */
export async function benchRestart(world: World, floor: Floor, count: number): Promise<BenchRow[]> {
  const { client } = world.daemon;
  await startPublished(client, count, silent);
  const addresses = await addressesOf(world, count);
  const times = { killed: [] as number[], asked: [] as number[], task: [] as number[], all: [] as number[] };
  // Each dies once only: a second death would have to wait.
  for (let index = 0; index < count; index += 1) {
    world.signal.throwIfAborted();
    times.task.push(await floor.recreate());
    times.killed.push(await killAndAwait(client, index));
    times.all.push(await floor.recreateAll());
    times.asked.push(await restartAndAwait(client, index));
  }
  const moved = (await addressesOf(world, count)).filter((address, index) => address !== addresses[index]);
  const middle = (name: keyof typeof times): number => median(times[name]);
  const note = `median of ${count}`;
  return [
    { name: 'restart: SIGKILL to Running', value: round(middle('killed')), unit: 'ms', note },
    {
      name: 'restart: bare task',
      value: round(middle('task')),
      unit: 'ms',
      note: 'gRPC: exit, delete, create and start of the task, same spec',
    },
    {
      name: 'restart: SIGKILL / bare task',
      value: round(middle('killed') / middle('task'), 2),
      unit: 'ratio',
      note: 'goal ≤ 1.2',
    },
    { name: 'restart: asked for, to Ready', value: round(middle('asked')), unit: 'ms', note: 'as by rollout restart' },
    {
      name: 'restart: bare, all of it',
      value: round(middle('all')),
      unit: 'ms',
      note: 'task, record and snapshot made anew',
    },
    { name: 'restart: asked for / bare', value: round(middle('asked') / middle('all'), 2), unit: 'ratio' },
    { name: 'restart: addresses that changed', value: moved.length, unit: 'addresses', note: `goal 0, of ${count}` },
  ];
}

async function addressesOf({ daemon: { client } }: World, count: number): Promise<readonly string[]> {
  const all = await Promise.all(Array.from({ length: count }, (_, index) => getContainer(client, index)));
  return all.map(({ metadata, status }) => {
    const addresses = (status?.networks ?? []).flatMap(({ ips = [] }) => ips);
    if (addresses.length === 0) throw new Error(`container ${metadata.name} has no address`);
    return addresses.join(' ');
  });
}
