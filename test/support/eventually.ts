import { setTimeout as delay } from 'node:timers/promises';

/**
 * Looks every few milliseconds until `look` gives something true, and returns it; rejects with `what` after the deadline, which is long
 * because machines that run tests may be slow.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > end) throw new Error(`did not happen within ${deadlineMs} ms: ${what}`);
    await delay(3);
  }
}
