import type { Timers } from './environment.ts';

/** Longest delay of setTimeout; longer ones would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Node's own timers. A delay beyond 24 days fires early; who waits that long must look at the clock. */
export const systemTimers: Timers = {
  after(delayMs, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(delayMs, 0), MAX_TIMEOUT_MS));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs`, or as soon as `signal` aborts; never rejects: the caller looks at the signal. */
export function sleep(timers: Timers, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = timers.after(delayMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Resolves when `work` does or after `deadlineMs`, whichever comes first; says whether the work was done in time. */
export async function within(timers: Timers, deadlineMs: number, work: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  using _timer = timers.after(deadlineMs, () => resolve(false));
  work.then(
    () => resolve(true),
    () => resolve(true),
  );
  return await promise;
}
