/** From SIGKILL of a container's process to its next one. */
import { killAndAwait } from './containers.ts';
import type { Floor } from './floor.ts';
import type { BenchRow } from './row.ts';
import { median, round } from './statistics.ts';
import type { World } from './world.ts';

/** Needs `kills` running Containers, each of which dies once, and bare ones in the floor. */
export async function benchRecovery(world: World, floor: Floor, kills: number): Promise<BenchRow[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let index = 0; index < kills; index += 1) {
    ours.push(await killAndAwait(world.daemon.client, index));
    bare.push(await floor.recreate());
  }
  return [
    { name: 'SIGKILL to Running', value: round(median(ours)), unit: 'ms', note: `median of ${kills}` },
    {
      name: 'SIGKILL to running, bare',
      value: round(median(bare)),
      unit: 'ms',
      note: 'gRPC: exit, delete, create and start of the task',
    },
    { name: 'recovery / bare', value: round(median(ours) / median(bare), 2), unit: 'ratio' },
  ];
}
