/** The rows about files that a machine follows. */
import { loadImage, startModel } from '../containers.ts';
import { openFloor } from '../floor.ts';
import type { BenchRow } from '../row.ts';
import { openWorld, type WorldOptions } from '../world.ts';
import { benchManyFiles } from './many-files.ts';
import { benchSavedContainer, benchSaves } from './saves.ts';
import { benchWebhooks, WEBHOOK_ARGUMENTS } from './webhooks.ts';

export interface SyncSizes {
  /** Of one file, to its object. */
  readonly saves: number;
  /** To the running container. */
  readonly containerSaves: number;
  /** Files that one Sync follows. */
  readonly syncedFiles: number;
  /** Each told by a webhook. */
  readonly pushes: number;
}

type Options = Pick<WorldOptions, 'signal' | 'nodeFlags'>;

export const SYNC_ROWS = {
  async 'sync-save'({ saves, containerSaves }, options) {
    await using world = await openWorld({ hooked: false, ...options });
    const rows = await benchSaves(world, saves);
    await loadImage(world);
    await startModel(world.daemon.client);
    await using floor = await openFloor(world);
    await floor.start(1, 1);
    rows.push(...(await benchSavedContainer(world, floor, containerSaves)));
    return rows;
  },
  async 'sync-5000'({ syncedFiles }, options) {
    await using world = await openWorld({ hooked: true, ...options });
    // Awaited here: the world is there until then.
    return await benchManyFiles(world, syncedFiles);
  },
  async webhook({ pushes }, options) {
    await using world = await openWorld({ hooked: false, daemonArguments: WEBHOOK_ARGUMENTS, ...options });
    return await benchWebhooks(world, pushes);
  },
} as const satisfies Record<string, (sizes: SyncSizes, options: Options) => Promise<BenchRow[]>>;
