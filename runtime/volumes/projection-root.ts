import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Host } from '../ports/host.ts';
import { unlessMissing } from './failures.ts';

/**
 * Mounts the one tmpfs of all projections unless it is there. Asked before every write, as without the mount secrets would go to
 * the disk: two stat calls, since a mount point has another device number than its parent.
 */
export async function ensureProjectionRoot(host: Host, root: string): Promise<void> {
  const [own, parent] = await Promise.all([unlessMissing(stat(root)), unlessMissing(stat(dirname(root)))]);
  if (own !== undefined && parent !== undefined && own.dev !== parent.dev) return;
  await host.mountTmpfs(root, { mode: 0o700 });
}
