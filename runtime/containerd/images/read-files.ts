import { isRuntimeError } from '../../errors.ts';
import type { RootMount } from '../../ports/host.ts';
import type { ImageRecord } from '../../ports/images.ts';
import { leased } from '../connection.ts';
import { unlessGone } from '../errors.ts';
import { remember, type ImagesContext } from './context.ts';
import { underLease } from './lease.ts';

const CACHED_FILES = 128;
/** Bytes; larger files are read each time. */
const CACHED_SIZE = 65_536;

/** Small files out of the unpacked image. An unpacked chain never changes, so what was read once is remembered. */
export async function readFiles(
  context: ImagesContext,
  record: ImageRecord,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const keyOf = (path: string): string => `${record.chainId} ${path}`;
  const unknown = paths.filter((path) => !context.files.has(keyOf(path)));
  const read =
    unknown.length === 0
      ? new Map<string, Uint8Array>()
      : await withView(context, record, (mounts) =>
          context.host.readFromMounts(mounts, unknown, signal === undefined ? {} : { signal }),
        );
  const found = new Map<string, Uint8Array>();
  for (const path of paths) {
    const bytes = unknown.includes(path) ? read.get(path) : context.files.get(keyOf(path));
    if (bytes !== undefined) found.set(path, bytes);
    if ((bytes?.byteLength ?? 0) <= CACHED_SIZE) remember(context.files, keyOf(path), bytes, CACHED_FILES);
  }
  return found;
}

/** A directory of the unpacked image into an empty host directory; nothing when the image has no such directory. */
export async function copyDirectory(
  context: ImagesContext,
  record: ImageRecord,
  path: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await withView(context, record, (mounts) => context.host.copyFromMounts(mounts, path, target, signal));
  } catch (error) {
    // Only the host says so in these words: a chain that is gone comes as a GrpcError.
    if (!isRuntimeError(error, 'NotFound')) throw error;
  }
}

/** Runs `work` with the mounts of a read-only view of the image, which a lease keeps and which goes afterwards. */
function withView<T>(
  context: ImagesContext,
  record: ImageRecord,
  work: (mounts: readonly RootMount[]) => Promise<T>,
): Promise<T> {
  const { services } = context.connection;
  const { snapshotter, chainId: parent } = record;
  return underLease(context, async (lease) => {
    const key = `view-${lease}`;
    const view = await services.snapshots.view({ snapshotter, key, parent }, { headers: leased(lease) });
    try {
      return await work(view.mounts.map(({ type, source, options }) => ({ type, source, options })));
    } finally {
      await unlessGone(services.snapshots.remove({ snapshotter, key })).catch(() => undefined);
    }
  });
}
