import type { CacheRecord } from '../../runtime/ports/builders.ts';
import { humanSize } from '../../schemas/values/human-size.ts';

/** `status.cache`. */
export interface CacheUsage {
  readonly records: number;
  readonly sizeBytes: number;
  readonly size: string;
  readonly reclaimableBytes: number;
}

/** The cache as a whole. */
export function usageOf(records: readonly CacheRecord[]): CacheUsage {
  const bytesOf = (some: readonly CacheRecord[]): number => some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const sizeBytes = bytesOf(records);
  const reclaimableBytes = bytesOf(records.filter(({ inUse }) => !inUse));
  return { records: records.length, sizeBytes, size: humanSize(sizeBytes), reclaimableBytes };
}
