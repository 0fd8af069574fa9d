import { WatchCacheError } from './errors.ts';
import type { CacheChange } from './events.ts';

/** Called synchronously, in order, before the writer is answered; must be quick and must not throw. */
export interface CacheListener {
  change(change: CacheChange): void;
  /** The cache is closed, or `change` threw: nothing more comes. */
  end?(error: WatchCacheError): void;
}

/** Who is called for every change of one cache. */
export class Listeners {
  readonly #listeners = new Set<CacheListener>();

  add(listener: CacheListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** A listener that throws has broken its promise: it is ended, and the cache and the others go on. */
  tell(change: CacheChange): void {
    for (const listener of this.#listeners) {
      try {
        listener.change(change);
      } catch (cause) {
        this.#listeners.delete(listener);
        listener.end?.(new WatchCacheError('Closed', 'the listener failed: it is called no more', { cause }));
      }
    }
  }

  end(error: WatchCacheError): void {
    for (const listener of this.#listeners) listener.end?.(error);
    this.#listeners.clear();
  }
}
