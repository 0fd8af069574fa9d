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

/** So many are sorted, or put in order, at once. */
const RUN = 500;

/** As `toSorted`, with turns for the event loop: runs are sorted, then merged two by two. */
export async function sortedInSlices<T>(items: readonly T[], compare: (a: T, b: T) => number): Promise<readonly T[]> {
  const slice = new Slice();
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += RUN) {
    await slice.turn();
    runs.push(items.slice(at, at + RUN).toSorted(compare));
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(await mergedInSlices(runs[at] ?? [], runs[at + 1] ?? [], compare, slice));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergedInSlices<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  slice: Slice,
): Promise<readonly T[]> {
  const all: T[] = [];
  const rest = right.values();
  let next = rest.next();
  for (const item of left) {
    for (; next.done !== true && compare(next.value, item) < 0; next = rest.next()) all.push(next.value);
    all.push(item);
    if (all.length % RUN === 0) await slice.turn();
  }
  for (; next.done !== true; next = rest.next()) all.push(next.value);
  return all;
}
