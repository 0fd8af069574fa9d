import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks, at least and at most. */
const SHORTEST_MS = 3;
const LONGEST_MS = 50;

/**
 * Looks again and again until `look` gives something true, and returns it; rejects with `what` after the deadline, which is long because
 * machines that run tests may be slow. Between two looks it pauses for twice the time that a look takes: what is looked at needs the
 * processor as well.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = 60_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const begin = performance.now();
    const seen = await look();
    if (seen) return seen;
    const now = performance.now();
    if (now > end) throw new Error(`did not happen within ${deadlineMs} ms: ${what}`);
    await delay(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, 2 * (now - begin))));
  }
}
