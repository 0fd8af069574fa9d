import { createHash } from 'node:crypto';

/** Our own name space of name-based UUIDs (RFC 9562, version 5); any constant will do, as long as it stays. */
const NAME_SPACE = Buffer.from('5f1c8c0e2b7d4a6e9d3f7a1b6c4e8d20', 'hex');

/**
 * The uid of the Pod view of a Container: of its own, so that nobody takes the two for one object, and always the same for
 * the same Container, on every machine and after every restart.
 */
export function podUidOf(containerUid: string): string {
  const bytes = createHash('sha1').update(NAME_SPACE).update(containerUid).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
