/** The rows about containers on a bridge, each in a world with a network of its own. */
import { loadImage, silent, startModel } from '../containers.ts';
import { openFloor } from '../floor.ts';
import { benchPeers } from '../peers.ts';
import type { BenchRow } from '../row.ts';
import type { StartOptions } from '../start.ts';
import { openWorld, type World, type WorldOptions } from '../world.ts';
import { benchMany, type ManyOptions } from './many.ts';
import { benchNames } from './names.ts';
import { benchReplacement, MOUNTED } from './replacement.ts';
import { benchRestart } from './restart.ts';

export interface NetworkSizes extends StartOptions, ManyOptions {
  readonly kills: number;
  /** Seconds for which names are asked in a turn. */
  readonly asking: number;
  /** By StartFirst. */
  readonly replacements: number;
}

interface NetworkRow {
  readonly world?: Partial<WorldOptions>;
  /** Finds the image in the world. */
  readonly bench: (world: World, sizes: NetworkSizes) => Promise<BenchRow[]>;
}

export const NETWORK_ROWS = {
  published: { bench: benchPeers },
  restart: {
    async bench(world, { kills }) {
      await startModel(world.daemon.client, silent);
      await using floor = await openFloor(world);
      await floor.start(1, 1);
      return await benchRestart(world, floor, kills);
    },
  },
  many: { world: { counted: true }, bench: benchMany },
  names: { bench: (world, { turns, asking }) => benchNames(world, { turns, seconds: asking }) },
  replacement: {
    world: { allowHostPaths: MOUNTED },
    bench: (world, { replacements }) => benchReplacement(world, replacements),
  },
} as const satisfies Record<string, NetworkRow>;

/** One of them, on a daemon of its own. */
export async function benchNetwork(
  row: keyof typeof NETWORK_ROWS,
  sizes: NetworkSizes,
  options: Pick<WorldOptions, 'signal' | 'nodeFlags'>,
): Promise<BenchRow[]> {
  const { world: more, bench }: NetworkRow = NETWORK_ROWS[row];
  await using world = await openWorld({ hooked: false, ownNetwork: true, ...options, ...more });
  await loadImage(world);
  // Awaited here: the world is there until then.
  return await bench(world, sizes);
}
