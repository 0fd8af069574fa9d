import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';

/** Throws Corrupt unless these bytes have this digest (sha256:… or sha512:…). */
export function verifyDigest(bytes: Uint8Array, digest: string, what: string): void {
  const algorithm = digest.split(':', 1)[0] ?? '';
  if (algorithm !== 'sha256' && algorithm !== 'sha512') {
    throw new RuntimeError('Unsupported', `${what}: digests of the kind ${JSON.stringify(algorithm)} are not known`);
  }
  const found = digestOf(bytes, algorithm);
  if (found === digest) return;
  throw new RuntimeError(
    'Corrupt',
    `${what}: the registry sent content with the digest ${found} instead of ${digest}`,
    {
      reason: 'DigestMismatch',
    },
  );
}

export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
