import { setImmediate } from 'node:timers/promises';

/** How long a slice may hold the event loop. A third of what DESIGN §4 rule 13 allows: others run in the same turn. */
const SLICE_MS = 3;

/**
 * Visits every item, giving the event loop a turn between slices of a few milliseconds. Stops early, without an error,
 * when `signal` aborts.
 */
export async function inSlices<T>(items: Iterable<T>, visit: (item: T) => void, signal: AbortSignal): Promise<void> {
  let started = performance.now();
  for (const item of items) {
    if (performance.now() - started > SLICE_MS) {
      await setImmediate();
      started = performance.now();
    }
    if (signal.aborted) return;
    visit(item);
  }
}

/** The same for work that waits in between: ask for a turn before each piece of it. */
export class Slice {
  #started = performance.now();

  /** Resolves at once, or after the event loop had a turn where this has held it for a slice. */
  async turn(): Promise<void> {
    if (performance.now() - this.#started <= SLICE_MS) return;
    await setImmediate();
    this.#started = performance.now();
  }
}
