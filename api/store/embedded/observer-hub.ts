import { setImmediate as nextTurn } from 'node:timers/promises';
import { changeOfRecords } from './changes.ts';
import type { Journal } from './journal.ts';
import { StoreError } from '../store.ts';
import type { Revision, StoreChange, StoreObserver } from '../store.ts';

/** How many changes are handed over in one go while an observer catches up. */
const SLICE = 200;

interface Registration {
  readonly prefix: string;
  readonly observer: StoreObserver;
  /** Everything up to here was delivered or concerned other keys. */
  seen: Revision;
  /** Changes that became durable while the past is still being read; absent once the observer is live. */
  backlog: StoreChange[] | undefined;
  gone: boolean;
}

/**
 * Who watches what. A live observer gets each change in the moment it becomes durable; one that starts in the past first gets
 * the past from the journal, in slices, while newer changes wait in its backlog, so that it sees each change once, in order.
 */
export class ObserverHub {
  readonly #journal: Journal;
  readonly #registrations = new Set<Registration>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Starts with the first change after `after`, which is not above `current`, the newest durable revision. */
  watch(prefix: string, after: Revision, current: Revision, observer: StoreObserver): Disposable {
    const registration: Registration = {
      prefix,
      observer,
      seen: after,
      backlog: after < current ? [] : undefined,
      gone: false,
    };
    this.#registrations.add(registration);
    if (registration.backlog) void this.#catchUp(registration, current);
    return { [Symbol.dispose]: () => this.#drop(registration) };
  }

  publish(revision: Revision, change: StoreChange): void {
    const key = change.type === 'put' ? change.entry.key : change.key;
    for (const registration of this.#registrations) {
      if (!key.startsWith(registration.prefix)) continue;
      if (registration.backlog) registration.backlog.push(change);
      else this.#deliver(registration, revision, change);
    }
  }

  /** All changes up to `revision` are published. */
  progress(revision: Revision): void {
    for (const registration of this.#registrations)
      if (!registration.backlog && registration.seen < revision) this.#advance(registration, revision);
  }

  end(error: StoreError): void {
    for (const registration of this.#registrations) this.#end(registration, error);
  }

  async #catchUp(registration: Registration, until: Revision): Promise<void> {
    try {
      let position = registration.seen;
      while (position < until && !registration.gone) {
        const { changes, scanned } = await this.#journal.changes(registration.prefix, position, until);
        for (const { record, previous } of changes)
          this.#deliver(registration, record.revision, changeOfRecords(record, previous));
        position = scanned;
      }
      await this.#joinLive(registration, until);
    } catch (error) {
      const reason =
        error instanceof StoreError ? error : new StoreError('Unavailable', String(error), { cause: error });
      this.#end(registration, reason);
    }
  }

  async #joinLive(registration: Registration, until: Revision): Promise<void> {
    for (;;) {
      const waiting = registration.backlog!.splice(0, SLICE);
      for (const change of waiting) this.#deliver(registration, revisionOf(change), change);
      if (registration.backlog!.length === 0) break;
      await nextTurn();
    }
    registration.backlog = undefined;
    if (registration.seen < until) this.#advance(registration, until);
  }

  #deliver(registration: Registration, revision: Revision, change: StoreChange): void {
    if (registration.gone) return;
    registration.seen = revision;
    this.#call(registration, () => registration.observer.changes(revision, [change]));
  }

  #advance(registration: Registration, revision: Revision): void {
    if (registration.gone) return;
    registration.seen = revision;
    this.#call(registration, () => registration.observer.progress(revision));
  }

  /** An observer that throws has broken its promise; the writers and the other observers must not pay for it. */
  #call(registration: Registration, call: () => void): void {
    try {
      call();
    } catch (cause) {
      this.#end(registration, new StoreError('Closed', `an observer of ${registration.prefix} failed`, { cause }));
    }
  }

  #end(registration: Registration, error: StoreError): void {
    if (registration.gone) return;
    this.#drop(registration);
    registration.observer.end(error);
  }

  #drop(registration: Registration): void {
    registration.gone = true;
    this.#registrations.delete(registration);
  }
}

function revisionOf(change: StoreChange): Revision {
  return change.type === 'put' ? change.entry.modRevision : change.modRevision;
}
