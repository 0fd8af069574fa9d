/** The first failure is mended at once; each further one in a row doubles the wait. */
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 300_000;
/** A run that lasted this long was a good one: the count starts again. */
const GOOD_RUN_MS = 10_000;
/** Probes look for a while before they end a process, so a bad one runs longer: well for this long begins the count anew. */
const HEALTHY_MS = 600_000;

/** Milliseconds to wait before the next start after `crashes` failed runs in a row. */
export function backoffDelay(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (crashes - 2), MAX_DELAY_MS);
}

/** Failed runs in a row, this one included. A run counts as good when it outlived twice the wait before it. */
export function nextCrashCount(crashes: number, ranForMs: number): number {
  return ranForMs >= Math.max(GOOD_RUN_MS, 2 * backoffDelay(crashes)) ? 1 : crashes + 1;
}

/** The same of runs that probes or a hook ended, after `wellForMs` in which nothing was wrong. */
export function nextFlapCount(crashes: number, wellForMs: number): number {
  return wellForMs >= HEALTHY_MS ? 1 : crashes + 1;
}

/** No longer wait follows. */
export const isLongestDelay = (delayMs: number): boolean => delayMs >= MAX_DELAY_MS;
