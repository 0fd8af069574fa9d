/** What tsmoby costs while nothing happens. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf, findProcesses, pssOf } from './processes.ts';
import type { BenchRow } from './row.ts';
import { round } from './statistics.ts';
import type { World } from './world.ts';

/** Time for the last writes and events of what came before. */
const SETTLE_MS = 10_000;

export interface IdleOptions {
  /** Containers that run. */
  readonly count: number;
  readonly seconds: number;
  /** What distinguishes this rest from others of a run: in front of each name. */
  readonly title?: string;
}

/** Needs `count` running Containers. */
export async function benchIdle(world: World, { count, seconds, title = '' }: IdleOptions): Promise<BenchRow[]> {
  await sleep(SETTLE_MS, undefined, { signal: world.signal });
  const groups = {
    daemon: [world.daemon.pid],
    logd: await findProcesses([join(world.runDirectory, 'logd', 'logd.sock')]).then(orRecorded(world)),
    netd: await recorded(join(world.runDirectory, 'netd', 'process.json')).then(
      (pid) => [pid],
      () => [],
    ),
    containerd: [await recorded(join(world.runDirectory, 'containerd', 'process.json'))],
    shims: await findProcesses(['-address', world.containerdSocket]),
  };
  const cpu = await cpuOfGroups(groups, seconds, world.signal);
  const pss = await Promise.all(
    Object.entries(groups).map(async ([name, pids]) => [name, sum(await Promise.all(pids.map(pssOf))) / 1024] as const),
  );
  const memory = Object.fromEntries(pss);
  const ours = ['daemon', 'logd', 'netd'];
  const total = (values: Readonly<Record<string, number>>): number => sum(ours.map((name) => values[name] ?? 0));
  return [
    ...Object.entries(cpu).map(([name, used]) => ({
      name: `${title}idle CPU, ${name}`,
      value: round((used / seconds) * 100, 2),
      unit: '% of one core',
      note: `${count} containers, ${seconds} s`,
    })),
    {
      name: `${title}idle CPU, daemon + logd + netd`,
      value: round((total(cpu) / seconds) * 100, 2),
      unit: '% of one core',
      note: 'goal < 0.5',
    },
    ...pss.map(([name, megabytes]) => ({
      name: `${title}memory, ${name}`,
      value: round(megabytes, 1),
      unit: 'MB PSS',
      note: `${groups[name as keyof typeof groups].length} processes`,
    })),
    {
      name: `${title}memory, daemon + logd + netd`,
      value: round(total(memory), 1),
      unit: 'MB PSS',
      note: `${count} containers`,
    },
  ];
}

async function cpuOfGroups(
  groups: Readonly<Record<string, readonly number[]>>,
  seconds: number,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const read = async (): Promise<ReadonlyMap<string, number>> =>
    new Map(
      await Promise.all(
        Object.entries(groups).map(async ([name, pids]) => [name, sum(await Promise.all(pids.map(cpuOf)))] as const),
      ),
    );
  const before = await read();
  await sleep(seconds * 1000, undefined, { signal });
  const after = await read();
  return Object.fromEntries([...after].map(([name, used]) => [name, used - (before.get(name) ?? 0)]));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** logd is known by its record in the run directory. */
const orRecorded =
  ({ runDirectory }: World) =>
  async (found: readonly number[]): Promise<readonly number[]> =>
    found.length > 0 ? found : [await recorded(join(runDirectory, 'logd', 'process.json'))];

async function recorded(path: string): Promise<number> {
  return (JSON.parse(await readFile(path, 'utf8')) as { readonly pid: number }).pid;
}
