import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

const LOOK_MS = 10_000;
/** Share of the time between two looks in which a daemon at rest does something. */
const REST = 0.05;
/** Growth that is worth a collection. */
const GROWTH = 1.15;
/** A collection stops everything for about half a millisecond a megabyte: what is larger is left to V8, which does it in steps. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** What is looked at, and what is done. */
export interface Heap {
  readonly collect: () => void;
  /** Bytes. */
  readonly used: () => number;
  /** Share of the time since the last call in which the event loop did something. */
  readonly utilization: () => number;
}

/**
 * Gives back what a burst of work has left behind. V8 collects when somebody allocates, so that the heap of a daemon that rests would
 * stay as large as its last work made it. Needs `--expose-gc`, and a young generation that is bounded by a flag, since a
 * collection does not make that smaller: `cli/tsmoby` starts Node so. Without, it does nothing.
 */
export function collectAtRest(): Disposable {
  const { gc } = globalThis;
  if (gc === undefined) return { [Symbol.dispose]: () => undefined };
  let last = performance.eventLoopUtilization();
  const look = heapKeeper({
    collect: () => gc(),
    used: () => getHeapStatistics().used_heap_size,
    utilization() {
      const before = last;
      last = performance.eventLoopUtilization();
      return performance.eventLoopUtilization(last, before).utilization;
    },
  });
  const timer = setInterval(look, LOOK_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** To be called now and then: collects when there is rest, and something to collect. */
export function heapKeeper({ collect, used, utilization }: Heap): () => void {
  let left = 0;
  return () => {
    const busy = utilization();
    const bytes = used();
    if (busy > REST || bytes > LARGEST_BYTES || bytes < left * GROWTH) return;
    collect();
    left = used();
  };
}
