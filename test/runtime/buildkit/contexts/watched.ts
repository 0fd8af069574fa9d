import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watchContext, type WatchContextOptions } from '../../../../runtime/buildkit/contexts/watch.ts';
import { eventually } from '../../../support/eventually.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { makeTree, type Leaf } from '../../files/tree.ts';

export interface WatchedScene extends AsyncDisposable {
  readonly path: string;
  readonly calls: () => number;
  readonly log: ReturnType<typeof recordingLog>;
  /** Resolves when the change was told, by at least one call after it. */
  readonly told: (what: string, change: () => void | Promise<void>) => Promise<void>;
}

/** Below the tree, `context` is watched, and was told about once. */
export async function watched(
  leaves: Readonly<Record<string, Leaf>>,
  more: Partial<WatchContextOptions> = {},
): Promise<WatchedScene> {
  const tree = await makeTree(leaves);
  const log = recordingLog();
  const path = join(tree.path, 'context');
  let calls = 0;
  const watching = watchContext({ path, onChange: () => calls++, log, ...more });
  await eventually('watching has begun', () => calls > 0);
  await settled(() => calls); // what is read of the tree may be told once more
  return {
    path,
    log,
    calls: () => calls,
    async told(what, change) {
      const before = calls;
      await change();
      await eventually(`a call, because ${what}`, () => calls > before);
      await settled(() => calls);
    },
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      await tree[Symbol.asyncDispose]();
    },
  };
}

/** Calls that still come belong to the change before. */
export async function settled(calls: () => number): Promise<void> {
  for (let before = -1; before !== calls();) {
    before = calls();
    await delay(300);
  }
}
