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
  #shared: Map<string, unknown> | undefined;

  constructor(type: ObjectEvent['type'], entry: CacheEntry, previous: CacheEntry | undefined) {
    this.type = type;
    this.entry = entry;
    this.previous = previous;
  }

  get revision(): Revision {
    return this.entry.revision;
  }

  /**
   * What is made of the event, once under each name for all who share it: it lives until the last of the watchers that the event
   * was handed to has let go of it.
   */
  shared<T>(name: string, make: (event: ObjectEvent) => T): T {
    const known = this.#shared?.get(name);
    if (known !== undefined) return known as T;
    const made = make(this);
    (this.#shared ??= new Map()).set(name, made);
    return made;
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
