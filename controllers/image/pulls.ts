import type { PullProgress } from '../../runtime/ports/images.ts';
import { backoffMs } from '../engine/backoff.ts';
import type { Clock, Key } from '../engine/contract.ts';
import { Waker } from '../engine/waker.ts';

/** The work of one fetch; resolves when the image is in the store. */
export type FetchWork = (progress: (progress: PullProgress) => void, signal: AbortSignal) => Promise<unknown>;

export type PullState =
  | { readonly type: 'running'; readonly progress?: PullProgress }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: unknown; readonly failures: number; readonly retryAt: number };

interface Job {
  readonly attempt: string;
  readonly abort: AbortController;
  readonly finished: Promise<void>;
  /** Tries before this one that came to nothing. */
  readonly failures: number;
  state: PullState;
}

const PROGRESS_MS = 1000;

/**
 * Fetches under way, apart from reconciling: a registry that hangs keeps no other Image waiting, and a changed spec ends the fetch
 * of the old one at once. What is here can be lost: the store knows what is fetched, and an attempt is simply made again.
 */
export class Pulls {
  readonly #jobs = new Map<Key, Job>();
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** `limit`: fetches at once; the others wait their turn. */
  constructor(clock: Clock, limit = 8) {
    this.#clock = clock;
    this.#free = limit;
  }

  /** Wakes an Image about once a second while it is fetched, and when that ended. Disposing it ends all fetches. */
  readonly source = new Waker(() => {
    for (const job of this.#jobs.values()) job.abort.abort();
    this.#jobs.clear();
  });

  /** The state of this attempt; undefined when another one, or none, was made last. */
  state(key: Key, attempt: string): PullState | undefined {
    const job = this.#jobs.get(key);
    return job?.attempt === attempt ? job.state : undefined;
  }

  /** Starts an attempt; one with another name is ended first. */
  start(key: Key, attempt: string, work: FetchWork): void {
    const before = this.#jobs.get(key);
    before?.abort.abort();
    const failures = before?.attempt === attempt && before.state.type === 'failed' ? before.state.failures : 0;
    const abort = new AbortController();
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    const job: Job = { attempt, abort, finished, failures, state: { type: 'running' } };
    this.#jobs.set(key, job);
    void this.#run(key, job, work).finally(resolve);
  }

  /** Ends whatever is under way and forgets it; resolves when it has let go of the store. */
  async cancel(key: Key): Promise<void> {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.#jobs.delete(key);
    job.abort.abort();
    await job.finished;
  }

  /** The image is in the store: whatever was under way for it has become pointless, and old failures are forgotten. */
  drop(key: Key): void {
    this.#jobs.get(key)?.abort.abort();
    this.#jobs.delete(key);
  }

  /** What was fetched is not there: counts as a failure, so that the next try is not made at once, again and again. */
  vanished(key: Key, message: string): PullState & { readonly type: 'failed' } {
    const job = this.#jobs.get(key);
    const state = this.#failure(new Error(message), job?.failures ?? 0);
    if (job !== undefined) job.state = state;
    return state;
  }

  async #run(key: Key, job: Job, work: FetchWork): Promise<void> {
    const { signal } = job.abort;
    try {
      using _turn = await this.#turn(signal);
      job.state = { type: 'running' };
      await work(this.#listener(key, job), signal);
      job.state = { type: 'done' };
    } catch (error) {
      job.state = this.#failure(error, job.failures);
    }
    if (!signal.aborted) this.source.wake(key);
  }

  #listener(key: Key, job: Job): (progress: PullProgress) => void {
    let told = 0;
    return (progress) => {
      job.state = { type: 'running', progress };
      const now = this.#clock.now();
      if (now - told < PROGRESS_MS || job.abort.signal.aborted) return;
      told = now;
      this.source.wake(key);
    };
  }

  #failure(error: unknown, before: number): PullState & { readonly type: 'failed' } {
    const failures = before + 1;
    return { type: 'failed', error, failures, retryAt: this.#clock.now() + backoffMs(failures) };
  }

  /** One of the places; given back when disposed. Rejects when the signal aborts before there is one. */
  async #turn(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#place(signal);
    return {
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#free += 1;
        else next();
      },
    };
  }

  /** Resolves with a place that somebody gave back. */
  async #place(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      const index = this.#waiting.indexOf(resolve);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.push(resolve);
    // Once resolved it is no longer in the list, and an abort is the work's own business.
    await promise.finally(() => signal.removeEventListener('abort', onAbort));
  }
}
