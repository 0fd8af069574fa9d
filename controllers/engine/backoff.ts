const FIRST_MS = 1000;
export const LONGEST_BACKOFF_MS = 300_000;

/** Milliseconds to wait after so many failures in a row of work that others do (a registry, a builder): 1 s, 2 s, … up to five minutes. */
export function backoffMs(failures: number, longestMs = LONGEST_BACKOFF_MS): number {
  return failures <= 0 ? 0 : Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), longestMs);
}
