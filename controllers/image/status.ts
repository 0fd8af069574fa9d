import type { ImageRecord, PullProgress } from '../../runtime/ports/images.ts';
import type { ImageStatus } from '../../schemas/gen/types.ts';
import { humanSize } from '../../schemas/values/human-size.ts';

/** What a record says about the image, as status fields. */
export function recordStatus(record: ImageRecord, source: string): Partial<ImageStatus> {
  return {
    digest: record.digest,
    manifestDigest: record.manifestDigest,
    chainId: record.chainId,
    snapshotter: record.snapshotter,
    platform: record.platform,
    recordName: record.name,
    sizeBytes: record.sizeBytes,
    size: humanSize(record.sizeBytes),
    sourceFingerprint: source,
  };
}

/** `Downloading 12.3 MB of 80 MB (3 of 7 layers)`. */
export function describeProgress(progress: PullProgress | undefined): string {
  if (progress === undefined) return 'waiting for its turn';
  const { phase, completedBytes, totalBytes, layers, layersDone } = progress;
  if (phase === 'Resolving') return 'looking for it';
  const bytes = phase === 'Downloading' ? ` ${humanSize(completedBytes)} of ${humanSize(totalBytes)}` : '';
  return `${phase.toLowerCase()}${bytes} (${layersDone} of ${layers} layers)`;
}
