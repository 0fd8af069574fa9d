import type { ImageRecord } from '../../ports/images.ts';
import { hasContent, readContent } from '../content.ts';
import { unlessGone } from '../errors.ts';
import type { ImagesContext } from './context.ts';
import { DOCUMENT_LIMIT, parseDocument } from './document.ts';

/** Opens every blob that the record promises, and looks for the unpacked chain. */
export async function verifyImage(context: ImagesContext, record: ImageRecord, signal?: AbortSignal): Promise<boolean> {
  const { connection } = context;
  const bytes = await readContent(connection, record.manifestDigest, DOCUMENT_LIMIT, signal);
  if (bytes === undefined) return false;
  const manifest = parseDocument(bytes, '', `manifest ${record.manifestDigest}`);
  if (manifest.kind !== 'manifest') return false;
  const digests = [record.digest, manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)];
  const there = await Promise.all([
    hasChain(context, record, signal),
    ...digests.map((digest) => hasContent(connection, digest, signal)),
  ]);
  return there.every(Boolean);
}

async function hasChain(
  context: ImagesContext,
  record: ImageRecord,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (record.chainId === '') return true;
  const { snapshotter, chainId: key } = record;
  return (await unlessGone(context.connection.services.snapshots.stat({ snapshotter, key }, { signal }))) !== undefined;
}
