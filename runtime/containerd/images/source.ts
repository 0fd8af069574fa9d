import { RuntimeError } from '../../errors.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { requireDigest } from './digest.ts';
import { DOCUMENT_LIMIT } from './document.ts';

/** Where an image's bytes come from: a registry or an archive. Nothing it gives is trusted before its digest was checked. */
export interface BlobSource {
  /** What messages call it. */
  readonly name: string;
  /** Content labels that say where a blob came from. */
  readonly labels: Readonly<Record<string, string>>;
  /** Rejects with Corrupt unless all these blobs are at hand, also those that the content store has already. */
  requireAll?(descriptors: readonly Descriptor[]): Promise<void>;
  /** An index or manifest. */
  manifest(descriptor: Descriptor, signal?: AbortSignal): Promise<Uint8Array>;
  /** A blob's bytes from `offset` on. */
  blob(descriptor: Descriptor, offset: number, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** A small blob as a whole, with its digest checked. Rejects with Corrupt when it is larger than promised. */
export async function readBlob(source: BlobSource, descriptor: Descriptor, signal?: AbortSignal): Promise<Uint8Array> {
  const what = `${source.name}: blob ${descriptor.digest}`;
  requireSmall(descriptor, what);
  return requireDigest(
    await collect(await source.blob(descriptor, 0, signal), descriptor.size, what),
    descriptor.digest,
    what,
  );
}

/** Refuses documents that nobody writes by hand. */
export function requireSmall(descriptor: Descriptor, what: string): void {
  if (descriptor.size <= DOCUMENT_LIMIT) return;
  throw new RuntimeError('Corrupt', `${what}: ${descriptor.size} bytes are too much for a manifest or configuration`);
}

/** At most `limit` bytes, or Corrupt. */
export async function collect(chunks: AsyncIterable<Uint8Array>, limit: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > limit) throw new RuntimeError('Corrupt', `${what} is larger than promised`);
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}
