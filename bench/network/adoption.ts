/** A daemon that comes back to containers that ran on: how long until it knows all of them, and what it did to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from '../../schemas/gen/types.ts';
import { isReady, listContainers } from '../containers.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { World } from '../world.ts';

const POLL_MS = 5;
const LIMIT_MS = 60_000;
/** In which a daemon that is ready may still do something that it ought not to do. */
const AFTER_MS = 5000;

/** Needs a world that counts programs, and running Containers, which stay. The daemon is told to end and is killed, in turns. */
export async function benchAdoption(world: World, turns: number): Promise<BenchRow[]> {
  const { programs } = world;
  if (programs === undefined) throw new Error('the programs that the daemon starts are not counted');
  const times = { SIGTERM: [] as number[], SIGKILL: [] as number[] };
  const before = await listContainers(world.daemon.client);
  const calls: Readonly<Record<string, number>>[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      world.signal.throwIfAborted();
      process.kill(world.daemon.pid, signal);
      await world.stop();
      await programs.reset();
      times[signal].push(await startAndWait(world));
      await sleep(AFTER_MS);
      calls.push(await programs.counts());
    }
  }
  const after = await listContainers(world.daemon.client);
  const started = (fits: (name: string) => boolean): number =>
    calls.reduce((sum, counts) => sum + countWhere(counts, fits), 0);
  const others = new Set(calls.flatMap((counts) => Object.entries(counts).map(([name, count]) => `${count} ${name}`)));
  const count = before.length;
  return [
    ...Object.entries(times).map(([signal, values]) => ({
      name: `daemon back after ${signal}: to ready`,
      value: round(median(values)),
      unit: 'ms',
      note: `${count} containers; at most ${round(Math.max(...values))} of ${turns}; goal ≤ 2000`,
    })),
    {
      name: 'daemon back: containers started again',
      value: restartedOf(before, after),
      unit: 'containers',
      note: 'goal 0',
    },
    {
      name: 'daemon back: containers not Ready',
      value: after.filter((one) => !isReady(one)).length,
      unit: 'containers',
    },
    {
      name: 'daemon back: calls of CNI plugins and ip',
      value: started((name) => name === 'ip' || name.startsWith('cni ')),
      unit: 'calls',
      note: `goal 0; all that a start began: ${[...others].join(', ') || 'nothing'}`,
    },
  ];
}

/** Milliseconds from the start of the program until the API says that every object has been looked at. */
async function startAndWait(world: World): Promise<number> {
  const begin = performance.now();
  await world.start();
  for (const deadline = begin + LIMIT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    if (await saysReady(world)) return performance.now() - begin;
  }
  throw new Error('the daemon did not become ready');
}

async function saysReady({ daemon: { client } }: World): Promise<boolean> {
  try {
    for await (const _ of await client.stream('/readyz'));
    return true;
  } catch {
    return false;
  }
}

function restartedOf(before: readonly Container[], after: readonly Container[]): number {
  const pids = new Map(before.map(({ metadata, status }) => [metadata.uid, status?.pid]));
  return after.filter(({ metadata, status }) => pids.get(metadata.uid) !== status?.pid).length;
}

function countWhere(counts: Readonly<Record<string, number>>, fits: (name: string) => boolean): number {
  return Object.entries(counts).reduce((sum, [name, count]) => sum + (fits(name) ? count : 0), 0);
}
