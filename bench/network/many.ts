/** What very many containers on a bridge cost while nothing happens, and when the daemon comes back to them. */
import { changeAll, listContainers, probed, startPublished } from '../containers.ts';
import { benchIdle } from '../idle.ts';
import type { BenchRow } from '../row.ts';
import type { World } from '../world.ts';
import { benchAdoption } from './adoption.ts';

export interface ManyOptions {
  /** Containers. */
  readonly many: number;
  readonly turns: number;
  readonly idleSeconds: number;
}

/** Needs a world with a network of its own that counts programs. Leaves Containers. */
export async function benchMany(world: World, { many, turns, idleSeconds }: ManyOptions): Promise<BenchRow[]> {
  await startPublished(world.daemon.client, many);
  const adoption = await benchAdoption(world, turns);
  const rest = { count: many, seconds: idleSeconds };
  const quiet = await benchIdle(world, { ...rest, title: `${many}: ` });
  await changeAll(world.daemon.client, many, probed);
  const before = await restartsOf(world);
  const asked = await benchIdle(world, { ...rest, title: `${many} probed: ` });
  const failed = (await restartsOf(world)) - before;
  const restarts = {
    name: `${many} probed: restarts`,
    value: failed,
    unit: 'containers',
    note: 'http every 10 s, goal 0',
  };
  return [...adoption, ...quiet, ...asked, restarts];
}

async function restartsOf({ daemon: { client } }: World): Promise<number> {
  return (await listContainers(client)).reduce((sum, { status }) => sum + (status?.restartCount ?? 0), 0);
}
