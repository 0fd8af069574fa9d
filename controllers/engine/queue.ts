import { Delays } from './delays.ts';
import type { Clock, Log, Timers } from './environment.ts';
import type { Key } from './keys.ts';

export const FIRST_BACKOFF_MS = 5;
export const MAX_BACKOFF_MS = 60_000;

export interface QueueOptions {
  /** How many keys at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Works on one key. Its rejection is logged and retried. */
  readonly handle: (key: Key) => Promise<void>;
}

export interface QueueStats {
  /** Waiting for a worker. */
  readonly ready: number;
  /** Waiting for their time. */
  readonly delayed: number;
  readonly running: number;
}

/**
 * Keys to work on, in the order they came. A key stands in it once, however often it is added. A key that is added while
 * it is worked on is worked on again afterwards, never twice at once, so nothing that happens meanwhile is missed.
 * A delayed key loses its delay when it is worked on for another reason: that pass decides anew.
 *
 * Keys start on a turn of the event loop of their own, at most `concurrency` a turn: thousands of keys with nothing to do
 * do not hold the loop, and nothing runs inside the call that added the key.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #delays: Delays;
  readonly #failures = new Map<Key, number>();
  /** Keys that wait; the array gives the order. */
  readonly #ready = new Set<Key>();
  #order: Key[] = [];
  #head = 0;
  readonly #running = new Set<Key>();
  /** Keys added while they run. */
  readonly #again = new Set<Key>();
  #state: 'new' | 'started' | 'stopped' = 'new';
  #turn: NodeJS.Immediate | undefined;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#delays = new Delays(options.clock, options.timers, (key) => this.add(key));
  }

  get stats(): QueueStats {
    return {
      ready: this.#ready.size + this.#again.size,
      delayed: this.#delays.size,
      running: this.#running.size,
    };
  }

  add(key: Key): void {
    if (this.#state === 'stopped') return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#ready.has(key)) return;
    this.#ready.add(key);
    this.#order.push(key);
    this.#schedule();
  }

  /** Adds the key after a delay; an earlier time that is already set stays. */
  addAfter(key: Key, delayMs: number): void {
    if (this.#state === 'stopped') return;
    if (delayMs <= 0) this.add(key);
    else this.#delays.schedule(key, delayMs);
  }

  /** Adds the key after its backoff, which doubles with each call until `forget`. Returns the delay in milliseconds. */
  retry(key: Key): number {
    const failures = this.failures(key);
    const delay = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(failures, 30), MAX_BACKOFF_MS);
    this.#failures.set(key, failures + 1);
    this.addAfter(key, delay);
    return delay;
  }

  /** Calls of `retry` since the last `forget`. */
  failures(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Ends the key's backoff. */
  forget(key: Key): void {
    this.#failures.delete(key);
  }

  /** Keys added before are kept until now. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    this.#schedule();
  }

  /** Starts no more keys and forgets those that wait. Resolves when the running ones are done. */
  stop(): Promise<void> {
    this.#state = 'stopped';
    this.#delays[Symbol.dispose]();
    clearImmediate(this.#turn);
    this.#ready.clear();
    this.#again.clear();
    this.#failures.clear();
    this.#order = [];
    if (this.#running.size === 0) this.#drained.resolve();
    return this.#drained.promise;
  }

  #schedule(): void {
    if (this.#turn || this.#state !== 'started' || this.#ready.size === 0) return;
    if (this.#running.size >= this.#options.concurrency) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      while (this.#running.size < this.#options.concurrency && this.#ready.size > 0) void this.#work(this.#take());
    });
  }

  #take(): Key {
    const key = this.#order[this.#head] as Key;
    this.#head += 1;
    if (this.#head * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#head);
      this.#head = 0;
    }
    this.#ready.delete(key);
    return key;
  }

  async #work(key: Key): Promise<void> {
    this.#running.add(key);
    this.#delays.cancel(key);
    try {
      await this.#options.handle(key);
    } catch (error) {
      this.#options.log.error({ key, error }, 'working on a key failed');
      this.retry(key);
    }
    this.#running.delete(key);
    if (this.#state === 'stopped') {
      if (this.#running.size === 0) this.#drained.resolve();
      return;
    }
    if (this.#again.delete(key)) this.add(key);
    this.#schedule();
  }
}
