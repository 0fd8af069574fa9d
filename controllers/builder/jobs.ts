import { backoffMs } from '../engine/backoff.ts';
import type { Clock, Key } from '../engine/contract.ts';
import { Waker } from '../engine/waker.ts';

export type JobState<T> =
  | { readonly type: 'running' }
  | { readonly type: 'done'; readonly value: T; readonly at: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly failures: number; readonly retryAt: number };

interface Job<T> {
  readonly abort: AbortController;
  readonly finished: Promise<void>;
  readonly failures: number;
  state: JobState<T>;
}

/** One piece of work for each key, beside the reconciler, which hears when it has ended. What is here can be lost: it is done again. */
export class Jobs<T> {
  readonly #jobs = new Map<Key, Job<T>>();
  readonly #clock: Clock;
  readonly #longestWaitMs: number | undefined;

  /** `longestWaitMs`: between tries; default: that of `backoffMs`. */
  constructor(clock: Clock, longestWaitMs?: number) {
    this.#clock = clock;
    this.#longestWaitMs = longestWaitMs;
  }

  /** Disposing it ends all work. */
  readonly source = new Waker(() => {
    for (const job of this.#jobs.values()) job.abort.abort();
    this.#jobs.clear();
  });

  state(key: Key): JobState<T> | undefined {
    return this.#jobs.get(key)?.state;
  }

  /** Begins, unless it is at it, or failed and its time has not come. */
  start(key: Key, work: (signal: AbortSignal) => Promise<T>): void {
    const before = this.#jobs.get(key)?.state;
    if (before?.type === 'running' || (before?.type === 'failed' && before.retryAt > this.#clock.now())) return;
    const abort = new AbortController();
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    const failures = before?.type === 'failed' ? before.failures : 0;
    const job: Job<T> = { abort, finished, failures, state: { type: 'running' } };
    this.#jobs.set(key, job);
    void this.#run(key, job, work).finally(resolve);
  }

  /** What was done did not last: counts as a failure. */
  spoiled(key: Key, error: Error): void {
    const job = this.#jobs.get(key);
    if (job?.state.type === 'done') job.state = this.#failure(error, job.failures);
  }

  /** Forgets it; what is under way is ended, and awaited. */
  async cancel(key: Key): Promise<void> {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.#jobs.delete(key);
    job.abort.abort();
    await job.finished;
  }

  async #run(key: Key, job: Job<T>, work: (signal: AbortSignal) => Promise<T>): Promise<void> {
    const { signal } = job.abort;
    try {
      const value = await work(signal);
      job.state = { type: 'done', value, at: this.#clock.now() };
    } catch (error) {
      job.state = this.#failure(error, job.failures);
    }
    if (!signal.aborted) this.source.wake(key);
  }

  #failure(error: unknown, before: number): JobState<T> {
    const failures = before + 1;
    return { type: 'failed', error, failures, retryAt: this.#clock.now() + backoffMs(failures, this.#longestWaitMs) };
  }
}
