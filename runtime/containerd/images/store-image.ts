import type { Owner } from '../../ports/containers.ts';
import type { ImageRecord, PullProgress } from '../../ports/images.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { GC_CONTENT, GC_SNAPSHOT } from '../labels.ts';
import { chooseImage, type ChosenImage, type StoredDocument } from './choose.ts';
import type { ImagesContext } from './context.ts';
import { chainIds } from './digest.ts';
import { ingestBlob } from './ingest.ts';
import { fetchLayers } from './layers.ts';
import { underImageLease } from './lease.ts';
import { formatPlatform, parsePlatform } from './platform.ts';
import { createProgressMeter } from './progress.ts';
import { writeRecord } from './record.ts';
import type { BlobSource } from './source.ts';

export interface ImageToStore {
  readonly name: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly source: BlobSource;
  /** Finds the root: an index or a manifest. */
  readonly root: () => Promise<Descriptor>;
}

/**
 * The one way into the image store, for pulls and loads: choose the platform's manifest, fetch and unpack the layers, store the documents with the
 * collector's labels, write the record; all of it under a lease. Idempotent and resumable.
 */
export function storeImage(
  context: ImagesContext,
  request: ImageToStore,
  report: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<ImageRecord> {
  const { name } = request;
  return context.turns.take(`image ${name}`, () =>
    underImageLease(context, name, (lease) => storeUnder(context, request, lease, report, signal)),
  );
}

/** The same under a lease that the caller holds, and his lock on the name. */
export async function storeUnder(
  context: ImagesContext,
  request: ImageToStore,
  lease: string,
  report: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<ImageRecord> {
  const { source } = request;
  const wanted = parsePlatform(request.platform);
  const progress = createProgressMeter(context.connection.clock, report);
  progress.phase('Resolving');
  const root = await request.root();
  const image = await chooseImage(context, source, root, wanted, signal);
  const chain = chainIds(image.config.document.diffIds);
  const { layers } = image.manifest.document;
  progress.expect(
    layers.reduce((sum, { size }) => sum + size, 0),
    layers.length,
  );
  progress.phase('Downloading');
  await fetchLayers(context, source, image, chain, lease, progress, signal);
  await storeDocuments(context, source, image, chain.at(-1), lease, signal);
  return recordImage(context, request, root, image, chain.at(-1) ?? '', lease);
}

/** Configuration, manifest, indexes, in this order, so that each one's labels lead to something that is there. */
async function storeDocuments(
  context: ImagesContext,
  source: BlobSource,
  image: ChosenImage,
  topChain: string | undefined,
  lease: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const store = ({ descriptor, bytes }: StoredDocument, labels: Readonly<Record<string, string>>): Promise<void> =>
    ingestBlob(context, {
      descriptor: { ...descriptor, size: bytes.byteLength },
      labels: { ...source.labels, ...labels },
      lease,
      open: (offset) => Promise.resolve(oneChunk(bytes.subarray(offset))),
      signal,
    });
  const { config, manifest, indexes } = image;
  const snapshotLabel = `${GC_SNAPSHOT}.${context.connection.snapshotter}`;
  await store(config, topChain === undefined ? {} : { [snapshotLabel]: topChain });
  const layers = manifest.document.layers.map(({ digest }, at) => [`${GC_CONTENT}.l.${at}`, digest] as const);
  await store(manifest, { [`${GC_CONTENT}.config`]: config.descriptor.digest, ...Object.fromEntries(layers) });
  for (const index of indexes.toReversed()) {
    await store(index, { [`${GC_CONTENT}.m.${index.child}`]: index.childDigest });
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function recordImage(
  context: ImagesContext,
  request: ImageToStore,
  root: Descriptor,
  image: ChosenImage,
  chainId: string,
  lease: string,
): Promise<ImageRecord> {
  const { name, owner, labels } = request;
  const { manifest, config } = image;
  const blobs = [manifest.descriptor, config.descriptor, ...manifest.document.layers];
  return writeRecord(
    context,
    {
      name,
      owner,
      labels,
      target: root,
      manifestDigest: manifest.descriptor.digest,
      chainId,
      snapshotter: context.connection.snapshotter,
      platform:
        config.document.platform.architecture === '' ? request.platform : formatPlatform(config.document.platform),
      sizeBytes: blobs.reduce((sum, { size }) => sum + size, 0),
      config: config.document.config,
    },
    lease,
  );
}
