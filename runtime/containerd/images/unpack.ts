import { RuntimeError } from '../../errors.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { leased } from '../connection.ts';
import { isGrpc, unlessGone, unlessThere } from '../errors.ts';
import type { ImagesContext } from './context.ts';

/** [S] Tells the snapshotter which chain a snapshot is going to be; one that is there is then leased and answers AlreadyExists. */
const SNAPSHOT_REF = 'containerd.io/snapshot.ref';

export interface LayerToUnpack {
  readonly layer: Descriptor;
  readonly diffId: string;
  /** Name of the unpacked layer. */
  readonly chainId: string;
  /** Name of the one below; "" for the first. */
  readonly parent: string;
}

/**
 * Makes a layer blob a committed snapshot, under a lease. What is there already is only put under the lease. Rejects with Corrupt when
 * the unpacked bytes are not what the configuration promises.
 */
export async function unpackLayer(
  context: ImagesContext,
  { layer, diffId, chainId, parent }: LayerToUnpack,
  lease: string,
  signal?: AbortSignal,
): Promise<void> {
  const { services, snapshotter, newId } = context.connection;
  const key = `extract-${newId()} ${chainId}`;
  const options = { headers: leased(lease), signal };
  await context.turns.take(`chain ${chainId}`, async () => {
    const prepared = await unlessThere(
      services.snapshots.prepare({ snapshotter, key, parent, labels: { [SNAPSHOT_REF]: chainId } }, options),
    );
    if (prepared === undefined) return;
    try {
      const { applied } = await services.diff.apply(
        {
          diff: { mediaType: layer.mediaType, digest: layer.digest, size: BigInt(layer.size) },
          mounts: prepared.mounts,
        },
        // As long as the layer is large.
        { ...options, deadline: 0 },
      );
      requireDiffId(applied?.digest, diffId, layer);
      await services.snapshots.commit(
        { snapshotter, name: chainId, key, labels: { [SNAPSHOT_REF]: chainId } },
        options,
      );
    } catch (error) {
      await unlessGone(services.snapshots.remove({ snapshotter, key })).catch(() => undefined);
      if (isGrpc(error, 'ALREADY_EXISTS')) return;
      throw unpackError(error, layer);
    }
  });
}

function requireDiffId(actual: string | undefined, diffId: string, layer: Descriptor): void {
  if (actual === diffId) return;
  throw new RuntimeError('Corrupt', `layer ${layer.digest} unpacks to ${actual ?? 'nothing'}, not to ${diffId}`, {
    reason: 'DigestMismatch',
  });
}

/** A layer with the right digest that is no tar at all: the image was broken when it was made. */
function unpackError(error: unknown, layer: Descriptor): unknown {
  if (
    !isGrpc(error, 'UNKNOWN') ||
    !/archive\/tar|gzip: invalid|unexpected EOF|invalid header|magic number/.test(error.details)
  ) {
    return error;
  }
  return new RuntimeError('Corrupt', `layer ${layer.digest} cannot be unpacked: ${error.details}`, { cause: error });
}
