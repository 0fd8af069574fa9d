import type { CacheWatch } from './cache-watch.ts';
import { ChangeEvents } from './events.ts';
import type { CacheChange, ObjectEvent } from './events.ts';
import type { Revision } from '../store/store.ts';

/** Watchers of one turn of the event loop: two or three milliseconds of work. */
const WOKEN_TOGETHER = 100;

/**
 * The live watchers of one cache. Events are put into their buffers at once and their readers are woken in the next turns of
 * the event loop: after the writers have been answered, and once for all changes of a batch.
 */
export class FanOut implements Disposable {
  readonly #watches = new Set<CacheWatch>();
  readonly #dirty = new Set<CacheWatch>();
  readonly #bookmarkMilliseconds: number;
  readonly #revision: () => Revision;
  #waking: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(bookmarkMilliseconds: number, revision: () => Revision) {
    this.#bookmarkMilliseconds = bookmarkMilliseconds;
    this.#revision = revision;
  }

  get size(): number {
    return this.#watches.size;
  }

  add(watch: CacheWatch): void {
    this.#watches.add(watch);
    if (watch.bookmarks) this.#timer ??= setInterval(() => this.#bookmark(), this.#bookmarkMilliseconds).unref();
  }

  remove(watch: CacheWatch): void {
    this.#watches.delete(watch);
    this.#dirty.delete(watch);
    if (this.#watches.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  publish(change: CacheChange): void {
    if (this.#watches.size === 0) return;
    const events = new ChangeEvents(change);
    for (const watch of this.#watches) {
      const event = seen(events, watch);
      if (!event) continue;
      watch.push(event);
      this.#soon(watch);
    }
  }

  end(error?: Error): void {
    for (const watch of this.#watches) watch.end(error);
  }

  [Symbol.dispose](): void {
    this.end();
    clearInterval(this.#timer);
    clearImmediate(this.#waking);
  }

  #bookmark(): void {
    const bookmark = { type: 'BOOKMARK', revision: this.#revision(), initialEventsEnd: false } as const;
    for (const watch of this.#watches) {
      if (!watch.bookmarks) continue;
      watch.push(bookmark);
      this.#soon(watch);
    }
  }

  #soon(watch: CacheWatch): void {
    this.#dirty.add(watch);
    this.#waking ??= setImmediate(() => this.#wakeSome());
  }

  /** Who is woken encrypts and writes before anybody else gets his turn: a few at a time. */
  #wakeSome(): void {
    const some = this.#dirty.values().take(WOKEN_TOGETHER).toArray();
    for (const watch of some) this.#dirty.delete(watch);
    this.#waking = this.#dirty.size > 0 ? setImmediate(() => this.#wakeSome()) : undefined;
    for (const watch of some) watch.wake();
  }
}

/** A selector that throws ends its own watch, and nobody else's. */
function seen(events: ChangeEvents, watch: CacheWatch): ObjectEvent | undefined {
  try {
    return events.seenBy(watch.matches);
  } catch (error) {
    watch.end(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}
