import type { Descriptor } from '../../ports/registry.ts';
import type { ChosenImage } from './choose.ts';
import type { ImagesContext } from './context.ts';
import { ingestBlob } from './ingest.ts';
import type { ProgressMeter } from './progress.ts';
import type { BlobSource } from './source.ts';
import { unpackLayer } from './unpack.ts';

/** Layers that are fetched at once. */
const PARALLEL = 4;
/** [S] Diff id of a compressed layer blob, by which containerd knows it without unpacking. */
const UNCOMPRESSED = 'containerd.io/uncompressed';

/**
 * Fetches an image's layers side by side and unpacks them bottom to top as they arrive. `chain` are the names of the unpacked layers. The first
 * failure ends all of it; nothing is under way any more when it rejects.
 */
export async function fetchLayers(
  context: ImagesContext,
  source: BlobSource,
  image: ChosenImage,
  chain: readonly string[],
  lease: string,
  progress: ProgressMeter,
  signal?: AbortSignal,
): Promise<void> {
  const { layers } = image.manifest.document;
  const { diffIds } = image.config.document;
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const fetch = (layer: Descriptor, at: number): Promise<void> =>
    ingestBlob(context, {
      descriptor: layer,
      labels: { ...source.labels, [UNCOMPRESSED]: diffIds[at] ?? '' },
      lease,
      open: (offset, signal) => source.blob(layer, offset, signal),
      onBytes: (bytes) => progress.bytes(layer.digest, bytes),
      signal: either,
    });
  const arrivals = inParallel(layers, PARALLEL, fetch);
  const unpacked = (async () => {
    for (const [at, layer] of layers.entries()) {
      await arrivals[at];
      const diffId = diffIds[at] ?? '';
      await unpackLayer(
        context,
        { layer, diffId, chainId: chain[at] ?? '', parent: chain[at - 1] ?? '' },
        lease,
        either,
      );
      progress.layerDone();
    }
  })();
  const downloaded = Promise.all(arrivals).then(() => progress.phase('Unpacking'));
  try {
    await Promise.all([downloaded, unpacked]);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([...arrivals, unpacked]);
    throw error;
  }
}

/** One promise an item, at most `limit` of them under way. */
function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, at: number) => Promise<void>,
): Promise<void>[] {
  const started: Promise<void>[] = [];
  for (const [at, item] of items.entries()) {
    const before = started[at - limit];
    const one = before === undefined ? work(item, at) : before.then(() => work(item, at));
    // Whoever awaits hears of it; this only says that somebody will.
    one.catch(() => undefined);
    started.push(one);
  }
  return started;
}
