import { createHash } from 'node:crypto';
import { RuntimeError } from '../../errors.ts';

/** `sha256:` and 64 lower-case hex digits; the only algorithm in use for images. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text);
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Rejects with Corrupt unless these bytes are what the digest names. For documents: blobs are checked by containerd. */
export function requireDigest(bytes: Uint8Array, digest: string, what: string): Uint8Array {
  if (sha256(bytes) === digest) return bytes;
  throw new RuntimeError('Corrupt', `${what}: content does not match its digest ${digest}`, {
    reason: 'DigestMismatch',
  });
}

/**
 * Names of the unpacked layers, bottom to top: the first is its diff id, each further one hashes the one below and its own diff id
 * (OCI image-spec config.md, Layer ChainID).
 */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256(`${below} ${diffId}`));
  }
  return chain;
}
