import type { FakeClock, FakeTimers } from '../../../runtime/fake/options.ts';

export interface ManualTime extends FakeClock, FakeTimers {
  /** Runs everything that is due within so many milliseconds, in order, and lets promises settle in between. */
  advance(milliseconds: number): Promise<void>;
}

/** Time that moves only when the test says so. */
export function createManualTime(start = Date.UTC(2026, 0, 1)): ManualTime {
  const timers = new Set<{ due: number; wake: () => void }>();
  let now = start;
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    now: () => now,
    after(delayMs, wake) {
      const timer = { due: now + delayMs, wake };
      timers.add(timer);
      return { [Symbol.dispose]: () => timers.delete(timer) };
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        await settle();
        const next = [...timers].filter((timer) => timer.due <= end).toSorted((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.wake();
      }
      now = end;
      await settle();
    },
  };
}
