/** From `apply` to Running, beside the bare calls on the same containerd in the same run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deleteContainers, revision, startContainers } from './containers.ts';
import type { Floor } from './floor.ts';
import type { BenchRow } from './row.ts';
import { median, round } from './statistics.ts';
import type { World } from './world.ts';

/** How many calls are under way at once in the floor's tries: the best one counts. */
const AT_ONCE = [2, 4, 8] as const;
/** Events are written a little after what they tell of. */
const EVENTS_MS = 2000;

export interface StartOptions {
  /** Containers a turn. */
  readonly count: number;
  readonly turns: number;
}

/** Floor and tsmoby in turns, so that whatever else the machine does hits both. Leaves no container. */
export async function benchStart(world: World, floor: Floor, { count, turns }: StartOptions): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const bare = new Map(AT_ONCE.map((atOnce) => [atOnce, [] as number[]]));
  const ours: number[] = [];
  const writes: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [atOnce, times] of bare) {
      times.push((await floor.start(count, atOnce)) / count);
      await floor.clear();
    }
    const before = await revision(client);
    ours.push((await startContainers(client, count)) / count);
    await sleep(EVENTS_MS);
    writes.push(((await revision(client)) - before) / count);
    await deleteContainers(client);
  }
  const floors = [...bare].map(([atOnce, times]) => ({ atOnce, time: median(times) }));
  const best = floors.reduce((a, b) => (b.time < a.time ? b : a));
  const others = floors.map(({ atOnce, time }) => `${round(time, 1)} at ${atOnce}`).join(', ');
  return [
    {
      name: `floor, ${count} containers`,
      value: round(best.time, 1),
      unit: 'ms a container',
      note: `bare gRPC at ${best.atOnce} at once (${others})`,
    },
    {
      name: `apply to Running, ${count} containers`,
      value: round(median(ours), 1),
      unit: 'ms a container',
      note: `turns: ${ours.map((time) => round(time, 1)).join(', ')}`,
    },
    {
      name: 'apply to Running / floor',
      value: round(median(ours) / best.time, 2),
      unit: 'ratio',
      note: 'goal ≤ 1.25, dream 1.1',
    },
    {
      name: 'store writes a container start',
      value: round(median(writes), 1),
      unit: 'writes',
      note: 'Events included',
    },
  ];
}
