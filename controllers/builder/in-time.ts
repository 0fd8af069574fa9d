import { RuntimeError } from '../../runtime/errors.ts';
import type { Timers } from '../engine/environment.ts';

/** Rejects with DeadlineExceeded when the work takes longer; its signal aborts then, and when `signal` does. */
export async function inTime<T>(
  timers: Timers,
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  using _timer = timers.after(deadlineMs, () => late.abort());
  const { promise: over, reject } = Promise.withResolvers<never>();
  late.signal.addEventListener('abort', () => {
    reject(new RuntimeError('DeadlineExceeded', `no answer within ${deadlineMs / 1000} s`));
  });
  return await Promise.race([work(AbortSignal.any([signal, late.signal])), over]);
}
