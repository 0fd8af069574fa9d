import { setImmediate as nextTurn } from 'node:timers/promises';
import { WatchCacheError } from './errors.ts';
import { ChangeEvents, ObjectEvent } from './events.ts';
import type { CacheChange, CacheEvent, Matches } from './events.ts';
import type { CacheEntry } from './entry.ts';
import type { Revision } from '../store/store.ts';

/** At most this many events come out of one `read`. */
const READ_LIMIT = 256;

/** How much of the start is looked at in one turn of the event loop. */
const LOOK_LIMIT = 5000;

/** What a watch begins with, besides the changes to come. Held by reference and turned into events as they are read. */
export interface WatchStart {
  readonly initial: readonly CacheEntry[];
  readonly missed: readonly CacheChange[];
  /** Sent behind the initial state when given. */
  readonly initialEventsEnd: Revision | undefined;
}

export interface BufferLimits {
  readonly events: number;
  /** Bytes of the values of waiting events. */
  readonly bytes: number;
}

/**
 * One watcher's view: its start, then live events from a bounded buffer. A watcher that lets the buffer overflow is cut off:
 * it gets `TooSlow` and can watch again from the last version it saw. Ends quietly when its signal aborts or it is disposed.
 */
export class CacheWatch implements AsyncIterable<CacheEvent>, Disposable {
  readonly matches: Matches;
  readonly bookmarks: boolean;
  readonly #limits: BufferLimits;
  readonly #onEnd: (watch: CacheWatch) => void;
  #start: Iterator<CacheEvent | undefined> | undefined;
  #events: CacheEvent[] = [];
  #bytes = 0;
  #ended = false;
  /** Nothing more comes; what is there can still be read. */
  #finished = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    start: WatchStart,
    options: { readonly matches: Matches; readonly bookmarks: boolean; readonly limits: BufferLimits },
    onEnd: (watch: CacheWatch) => void,
  ) {
    this.matches = options.matches;
    this.bookmarks = options.bookmarks;
    this.#limits = options.limits;
    this.#onEnd = onEnd;
    this.#start = startEvents(start, options.matches);
  }

  /** Takes an event in; `wake` afterwards tells the reader. */
  push(event: CacheEvent): void {
    if (this.#ended || this.#finished) return;
    this.#bytes += costOf(event);
    this.#events.push(event);
    const tooMany = this.#events.length > this.#limits.events;
    if (!tooMany && (this.#bytes <= this.#limits.bytes || this.#events.length === 1)) return;
    const text = `the watcher left ${this.#events.length} events (${this.#bytes} bytes) unread: watch again from the last resourceVersion seen`;
    this.end(new WatchCacheError('TooSlow', text));
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Lets the reader have what is there, and then ends the watch. */
  finish(): void {
    if (this.#ended || this.#finished) return;
    this.#finished = true;
    this.#onEnd(this);
    this.wake();
  }

  /** Ends the watch; with an error, the next read rejects with it. What was not read is dropped. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#start = undefined;
    this.#events = [];
    this.#bytes = 0;
    this.#onEnd(this);
    this.wake();
  }

  /** The events that are there, at least one; none at all once the watch has ended. One reader at a time. */
  async read(): Promise<readonly CacheEvent[]> {
    for (;;) {
      if (this.#error) throw this.#error;
      if (this.#ended) return [];
      const events = this.#start ? this.#takeStart(this.#start) : this.#take();
      if (events.length > 0) return events;
      if (this.#finished && !this.#start) this.end();
      if (this.#ended) return [];
      if (this.#start) await nextTurn();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CacheEvent> {
    try {
      for (let events = await this.read(); events.length > 0; events = await this.read()) yield* events;
    } finally {
      this.end();
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #takeStart(start: Iterator<CacheEvent | undefined>): CacheEvent[] {
    const events: CacheEvent[] = [];
    for (let looks = 0; looks < LOOK_LIMIT && events.length < READ_LIMIT; looks++) {
      const next = start.next();
      if (next.done) {
        this.#start = undefined;
        return events.length > 0 ? events : this.#take();
      }
      if (next.value) events.push(next.value);
    }
    return events;
  }

  #take(): CacheEvent[] {
    const taken = this.#events.splice(0, READ_LIMIT);
    for (const event of taken) this.#bytes -= costOf(event);
    return taken;
  }
}

/** One step for each thing looked at; undefined where the watcher sees nothing. */
function* startEvents({ initial, missed, initialEventsEnd }: WatchStart, matches: Matches) {
  for (const entry of initial) yield matches(entry) ? new ObjectEvent('ADDED', entry, undefined) : undefined;
  if (initialEventsEnd !== undefined)
    yield { type: 'BOOKMARK', revision: initialEventsEnd, initialEventsEnd: true } as const;
  for (const change of missed) yield new ChangeEvents(change).seenBy(matches);
}

function costOf(event: CacheEvent): number {
  return event.type === 'BOOKMARK' ? 0 : event.entry.value.length;
}
