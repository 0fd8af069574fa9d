import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

const LOOK_MS = 10_000;
/** Share of the time between two looks in which a daemon at rest does something. */
const REST = 0.05;
/** Growth that is worth a collection. */
const GROWTH = 1.15;
/** A collection stops everything for about half a millisecond a megabyte: what is larger is left to V8, which does it in steps. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * Gives back what a burst of work has left behind. V8 collects when somebody allocates, so that the heap of a daemon that rests would
 * stay as large as its last work made it. Needs `--expose-gc`, and a young generation that is bounded by a flag, since a
 * collection does not make that smaller: `cli/tsmoby` starts Node so. Without, it does nothing.
 */
export function collectAtRest(): Disposable {
  const { gc } = globalThis;
  if (gc === undefined) return { [Symbol.dispose]: () => undefined };
  let last = performance.eventLoopUtilization();
  let left = 0;
  const look = (): void => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    const { used_heap_size: used } = getHeapStatistics();
    if (utilization > REST || used > LARGEST_BYTES || used < left * GROWTH) return;
    void gc();
    left = getHeapStatistics().used_heap_size;
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
