import type { CacheEntry } from './entry.ts';
import type { Revision } from '../store/store.ts';

/** Which entries somebody wants to see. */
export type Matches = (entry: CacheEntry) => boolean;

/** One change of one object, before anybody's selector: created (no previous), changed, or deleted (no entry). */
export interface CacheChange {
  readonly revision: Revision;
  readonly entry?: CacheEntry;
  readonly previous?: CacheEntry;
}

/** A change as a watcher sees it through its selector. */
export class ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** For DELETED the last state that was visible, at the revision of its end. */
  readonly entry: CacheEntry;
  /** The state before; absent for ADDED. */
  readonly previous: CacheEntry | undefined;
  readonly #encoded = new Map<string, Uint8Array>();

  constructor(type: ObjectEvent['type'], entry: CacheEntry, previous: CacheEntry | undefined) {
    this.type = type;
    this.entry = entry;
    this.previous = previous;
  }

  get revision(): Revision {
    return this.entry.revision;
  }

  /**
   * The event's bytes in a representation, made once for all who share the event: it lives, with its bytes, until the last
   * of the watchers it was handed to has let go of it.
   */
  encoded(representation: string, make: (event: ObjectEvent) => Uint8Array): Uint8Array {
    const known = this.#encoded.get(representation);
    if (known) return known;
    const bytes = make(this);
    this.#encoded.set(representation, bytes);
    return bytes;
  }
}

/** Everything up to `revision` has been seen. */
export interface BookmarkEvent {
  readonly type: 'BOOKMARK';
  readonly revision: Revision;
  /** True once: behind the last object of the initial state. */
  readonly initialEventsEnd: boolean;
}

export type CacheEvent = ObjectEvent | BookmarkEvent;

/** Makes the events of one change, each at most once, so that all watchers share them. */
export class ChangeEvents {
  readonly change: CacheChange;
  readonly #events = new Map<ObjectEvent['type'], ObjectEvent>();

  constructor(change: CacheChange) {
    this.change = change;
  }

  /** What a watcher sees: entering its selection is ADDED, leaving it is DELETED; undefined when it sees nothing. */
  seenBy(matches: Matches): ObjectEvent | undefined {
    const { entry, previous } = this.change;
    const was = previous !== undefined && matches(previous);
    const is = entry !== undefined && matches(entry);
    if (is) return this.#event(was ? 'MODIFIED' : 'ADDED');
    return was ? this.#event('DELETED') : undefined;
  }

  #event(type: ObjectEvent['type']): ObjectEvent {
    const known = this.#events.get(type);
    if (known) return known;
    const event = makeEvent(type, this.change);
    this.#events.set(type, event);
    return event;
  }
}

function makeEvent(type: ObjectEvent['type'], { revision, entry, previous }: CacheChange): ObjectEvent {
  if (type === 'DELETED') return new ObjectEvent(type, { ...previous!, revision }, previous);
  return new ObjectEvent(type, entry!, type === 'MODIFIED' ? previous : undefined);
}
