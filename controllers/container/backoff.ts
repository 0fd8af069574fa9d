/** The first failure is mended at once; each further one in a row doubles the wait. */
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 300_000;
/** A run that lasted this long was a good one: the count starts again. */
const GOOD_RUN_MS = 10_000;

/** Milliseconds to wait before the next start after `crashes` failed runs in a row. */
export function backoffDelay(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (crashes - 2), MAX_DELAY_MS);
}

/** Failed runs in a row, this one included. A run counts as good when it outlived twice the wait before it. */
export function nextCrashCount(crashes: number, ranForMs: number): number {
  return ranForMs >= Math.max(GOOD_RUN_MS, 2 * backoffDelay(crashes)) ? 1 : crashes + 1;
}
