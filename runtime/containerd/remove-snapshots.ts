import { RuntimeError } from '../errors.ts';
import type { Services } from './connection.ts';
import { isGrpc, unlessGone } from './errors.ts';

type SnapshotServices = Pick<Services, 'introspection' | 'snapshots'>;

/**
 * Removes all snapshots of a namespace, those without children first. Rejects with FailedPrecondition when those that are left are in use, else as the
 * calls do.
 */
export async function removeSnapshots(
  services: SnapshotServices,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const snapshotter of await snapshotters(services, signal)) {
    let left = await snapshotNames(services, snapshotter, signal);
    while (left.length > 0) {
      const kept: string[] = [];
      for (const key of left) {
        if (!(await isRemoved(services.snapshots.remove({ snapshotter, key }, { signal })))) kept.push(key);
      }
      if (kept.length === left.length) {
        const message = `${kept.length} snapshots of ${namespace} are in use: ${kept.slice(0, 3).join(', ')}`;
        throw new RuntimeError('FailedPrecondition', message);
      }
      left = kept;
    }
  }
}

/** False: something refers to it, a child or whoever uses it. */
async function isRemoved(removing: Promise<unknown>): Promise<boolean> {
  try {
    await unlessGone(removing);
    return true;
  } catch (error) {
    if (isGrpc(error, 'FAILED_PRECONDITION')) return false;
    throw error;
  }
}

async function snapshotters(
  { introspection }: SnapshotServices,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { plugins } = await introspection.plugins({ filters: ['type==io.containerd.snapshotter.v1'] }, { signal });
  return plugins.filter(({ initErr }) => initErr === undefined).map(({ id }) => id);
}

async function snapshotNames(
  { snapshots }: SnapshotServices,
  snapshotter: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { info } of snapshots.list({ snapshotter }, { signal })) names.push(...info.map(({ name }) => name));
  return names;
}
