import { WatchCacheError } from './errors.ts';
import type { Revision } from '../store/store.ts';

/** As long as kube-apiserver waits before it says that a resource version is too large. */
const PATIENCE_MILLISECONDS = 3000;

interface Waiter {
  readonly revision: Revision;
  readonly settle: (error?: Error) => void;
}

/** How far the cache has come, and who waits for it to come further. */
export class RevisionGate {
  readonly #waiters = new Set<Waiter>();
  #revision: Revision = 0;
  #closed: Error | undefined;

  get revision(): Revision {
    return this.#revision;
  }

  open(revision: Revision): void {
    if (revision > this.#revision) this.#revision = revision;
    for (const waiter of this.#waiters) if (waiter.revision <= this.#revision) waiter.settle();
  }

  close(error: Error): void {
    this.#closed = error;
    for (const waiter of this.#waiters) waiter.settle(error);
  }

  /** Resolves once `revision` is reached; rejects with `Ahead` after the timeout, or with the signal's reason. */
  async reached(
    revision: Revision,
    options: { readonly signal?: AbortSignal; readonly timeoutMilliseconds?: number },
  ): Promise<void> {
    const { signal, timeoutMilliseconds = PATIENCE_MILLISECONDS } = options;
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closed;
    if (revision <= this.#revision) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { revision, settle: (error?: Error) => (error ? reject(error) : resolve()) };
    const aborted = () => reject(signal?.reason);
    const timer = setTimeout(() => reject(this.#ahead(revision)), timeoutMilliseconds);
    this.#waiters.add(waiter);
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
      signal?.removeEventListener('abort', aborted);
    }
  }

  #ahead(revision: Revision): WatchCacheError {
    return new WatchCacheError('Ahead', `Too large resource version: ${revision}, current: ${this.#revision}`);
  }
}
