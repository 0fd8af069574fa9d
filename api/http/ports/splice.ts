import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Lets two streams talk until both halves are over: what ends on one side ends on the other, and what breaks on one breaks both. Never
 * rejects.
 */
export async function splice(one: Duplex, other: Duplex): Promise<void> {
  await Promise.allSettled([pipeline(one, other), pipeline(other, one)]);
  one.destroy();
  other.destroy();
}
