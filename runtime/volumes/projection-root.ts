import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Host } from '../ports/host.ts';
import { unlessMissing } from './failures.ts';

/** [linux/magic.h] What statfs answers for a tmpfs. */
const TMPFS_MAGIC = 0x01021994;

/**
 * Mounts the one tmpfs of all projections unless it is there. Asked before every write, as without the mount secrets would go to
 * the disk: three calls, since a mount point has another device number than its parent. Rejects when something else is mounted there.
 */
export async function ensureProjectionRoot(host: Host, root: string): Promise<void> {
  const [own, parent, system] = await Promise.all([
    unlessMissing(stat(root)),
    unlessMissing(stat(dirname(root))),
    unlessMissing(statfs(root)),
  ]);
  const mounted = own !== undefined && parent !== undefined && own.dev !== parent.dev;
  if (mounted && system?.type === TMPFS_MAGIC) return;
  await host.mountTmpfs(root, { mode: 0o700 });
}
