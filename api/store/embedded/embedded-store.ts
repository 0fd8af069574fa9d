import { setImmediate as nextTurn } from 'node:timers/promises';
import { changeOf, entryOf } from './changes.ts';
import { Expiry } from './expiry.ts';
import type { Journal } from './journal.ts';
import { ObserverHub } from './observer-hub.ts';
import { PendingWrites, recordOf } from './pending-writes.ts';
import type { PendingWrite } from './pending-writes.ts';
import { DEFAULT_RETENTION, RetentionWindow } from './retention.ts';
import type { Retention } from './retention.ts';
import { keyProblem } from '../keys.ts';
import { SortedEntries } from '../sorted-entries.ts';
import { MAX_VALUE_BYTES, StoreError } from '../store.ts';
import type { Revision, Store, StoreEntry, StoreObserver, StorePage, WriteOptions } from '../store.ts';

/** What happened to the batch that ends at `revision`, in this order; for traces, metrics and the crash tests. */
export type StoreStep = 'commit-begin' | 'commit-durable' | 'commit-failed' | 'observed' | 'acknowledged';

export interface EmbeddedStoreOptions {
  /** How much history is kept before it is compacted away. */
  readonly retention?: Retention;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly trace?: (step: StoreStep, revision: Revision) => void;
  /** Told when keeping the history in bounds failed; it is tried again after later writes. */
  readonly onCompactionError?: (error: StoreError) => void;
}

/** How many expired keys are decided in one go. */
const EXPIRY_SLICE = 100;

/**
 * The store that lives in this process. The latest version of every key stays in memory: the very bytes that watch caches
 * hold, so nothing is kept twice, and reads of the latest never wait for a disk. The journal makes writes durable and
 * answers for the past.
 *
 * Group commit: a write is decided at once and queued; while a batch is on its way to the disk further writes gather, and
 * the next batch takes them all. On success, in this order: heads and observers (revision by revision), then the writers.
 */
export class EmbeddedStore implements Store {
  readonly #journal: Journal;
  readonly #heads: SortedEntries<StoreEntry>;
  readonly #hub: ObserverHub;
  readonly #pending: PendingWrites;
  readonly #expiry: Expiry;
  readonly #window: RetentionWindow;
  readonly #options: EmbeddedStoreOptions;
  readonly #now: () => number;
  #revision: Revision;
  #compacted: Revision;
  #committing: Promise<void> | undefined;
  #compacting: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    journal: Journal,
    heads: SortedEntries<StoreEntry>,
    at: { revision: Revision; compacted: Revision },
    options: EmbeddedStoreOptions,
  ) {
    this.#journal = journal;
    this.#heads = heads;
    this.#revision = at.revision;
    this.#compacted = at.compacted;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#hub = new ObserverHub(journal);
    this.#pending = new PendingWrites(heads, at.revision);
    this.#expiry = new Expiry(this.#now, (keys) => void this.#expire(keys));
    this.#window = new RetentionWindow(options.retention ?? DEFAULT_RETENTION);
    this.#window.note(this.#now(), at.revision);
  }

  /** Loads what the journal holds. The store owns the journal from here on, also when this rejects. */
  static async open(journal: Journal, options: EmbeddedStoreOptions = {}): Promise<EmbeddedStore> {
    const heads = new SortedEntries<StoreEntry>();
    const expiring: [key: string, expiresAt: number][] = [];
    try {
      const position = await journal.load((records) => {
        for (const record of records) {
          heads.set(entryOf(record));
          if (record.expiresAt !== 0) expiring.push([record.key, record.expiresAt]);
        }
      });
      const store = new EmbeddedStore(journal, heads, position, options);
      for (const [key, expiresAt] of expiring) store.#expiry.set(key, expiresAt);
      return store;
    } catch (error) {
      await journal[Symbol.asyncDispose]();
      throw error;
    }
  }

  currentRevision(): Revision {
    return this.#revision;
  }

  compactedRevision(): Revision {
    return this.#compacted;
  }

  async get(key: string, { revision = this.#revision }: { readonly revision?: Revision } = {}) {
    this.#assertReadable(revision);
    const head = this.#heads.get(key);
    if (revision === this.#revision || (head && head.modRevision <= revision)) return head;
    const record = await this.#journal.get(key, revision);
    return record?.value ? entryOf(record) : undefined;
  }

  async list(
    prefix: string,
    options: { readonly revision?: Revision; readonly limit?: number; readonly after?: string } = {},
  ): Promise<StorePage> {
    const { revision = this.#revision, limit = Infinity, after } = options;
    this.#assertReadable(revision);
    if (revision === this.#revision) {
      const { entries, remaining } = this.#heads.range(prefix, after, limit);
      return { entries, revision, more: remaining > 0, remaining };
    }
    const entries: StoreEntry[] = [];
    for (let last = after, more = true; more;) {
      const page = await this.#journal.list(prefix, revision, last, limit - entries.length);
      for (const record of page.records) entries.push(entryOf(record));
      last = page.records.at(-1)?.key ?? last;
      ({ more } = page);
      if (entries.length >= limit) return { entries, revision, more };
    }
    return { entries, revision, more: false, remaining: 0 };
  }

  create(key: string, value: Uint8Array, options?: WriteOptions): Promise<Revision> {
    return this.#write(key, value, undefined, options);
  }

  update(key: string, value: Uint8Array, expected: Revision, options?: WriteOptions): Promise<Revision> {
    return this.#write(key, value, expected, options);
  }

  delete(key: string, expected: Revision): Promise<Revision> {
    return this.#write(key, undefined, expected);
  }

  watch(prefix: string, after: Revision, observer: StoreObserver): Disposable {
    this.#assertReadable(after);
    return this.#hub.watch(prefix, after, this.#revision, observer);
  }

  async compact(revision: Revision): Promise<void> {
    this.#assertOpen();
    if (revision > this.#revision) throw futureRevision(revision, this.#revision);
    while (this.#compacting) await this.#compacting.catch(() => {});
    this.#assertOpen();
    if (revision <= this.#compacted) return;
    this.#compacted = revision;
    this.#compacting = this.#journal.compact(revision).finally(() => (this.#compacting = undefined));
    await this.#compacting;
  }

  /** Writes that were accepted become durable and are answered; later ones are refused. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#expiry[Symbol.dispose]();
    await this.#committing;
    this.#hub.end(closedError());
    await this.#journal[Symbol.asyncDispose]();
  }

  async #write(
    key: string,
    value: Uint8Array | undefined,
    expected: Revision | undefined,
    { ttlSeconds }: WriteOptions = {},
  ): Promise<Revision> {
    this.#assertOpen();
    const problem = keyProblem(key);
    if (problem) throw new TypeError(problem);
    if (ttlSeconds !== undefined && !(ttlSeconds > 0))
      throw new TypeError(`ttlSeconds must be above 0, not ${ttlSeconds}`);
    if (value && value.length > MAX_VALUE_BYTES)
      throw new StoreError(
        'TooLarge',
        `the value of ${key} has ${value.length} bytes; the limit is ${MAX_VALUE_BYTES}`,
      );
    const decided = this.#pending.decide({
      key,
      value: value && ownCopy(value),
      ...(expected !== undefined && { expected }),
      expiresAt: ttlSeconds === undefined ? 0 : this.#now() + ttlSeconds * 1000,
    });
    if (!this.#pending.empty) this.#committing ??= this.#commitAll();
    return decided;
  }

  async #commitAll(): Promise<void> {
    // To the end of the microtasks: writes that were asked for together travel together.
    await Promise.resolve();
    while (!this.#pending.empty) {
      await this.#commit(this.#pending.seal());
      // Writers that were just answered get to ask again before the next batch is sealed.
      await nextTurn();
    }
    this.#committing = undefined;
  }

  async #commit(batch: readonly PendingWrite[]): Promise<void> {
    const base = this.#revision;
    const last = base + batch.length;
    const { trace } = this.#options;
    try {
      trace?.('commit-begin', last);
      await this.#journal.append(batch.map(recordOf), base);
    } catch (error) {
      trace?.('commit-failed', last);
      const reason =
        error instanceof StoreError ? error : new StoreError('Unavailable', String(error), { cause: error });
      this.#pending.rollBack(base, reason);
      return;
    }
    trace?.('commit-durable', last);
    for (const write of batch) this.#publish(write);
    this.#hub.progress(last);
    trace?.('observed', last);
    for (const write of batch) this.#pending.answer(write);
    trace?.('acknowledged', last);
    this.#forgetHistory();
  }

  #publish(write: PendingWrite): void {
    const entry = write.value && entryOf(recordOf(write));
    const previous = entry ? this.#heads.set(entry) : this.#heads.delete(write.key);
    this.#pending.settle(write);
    this.#expiry.set(write.key, write.value ? write.expiresAt : 0);
    this.#revision = write.revision;
    this.#hub.publish(write.revision, changeOf(write.key, write.revision, entry, previous));
  }

  /** Starts a compaction when enough history is out of its retention. */
  #forgetHistory(): void {
    const time = this.#now();
    this.#window.note(time, this.#revision);
    if (this.#compacting) return;
    const target = this.#window.due(time, this.#revision, this.#compacted);
    if (target === undefined) return;
    this.compact(target).catch((error: unknown) => {
      if (error instanceof StoreError && error.code !== 'Closed') this.#options.onCompactionError?.(error);
    });
  }

  async #expire(keys: readonly string[]): Promise<void> {
    // What is due is what stands there now; a later version decides anew when, or whether, it expires.
    const due = keys.map((key) => ({ key, revision: this.#heads.get(key)?.modRevision }));
    for (let start = 0; start < due.length && !this.#closed; start += EXPIRY_SLICE) {
      if (start > 0) await nextTurn();
      for (const { key, revision } of due.slice(start, start + EXPIRY_SLICE)) {
        if (revision !== undefined) this.#expireOne(key, revision);
      }
    }
  }

  #expireOne(key: string, revision: Revision): void {
    // Should the write that is under way fail, the key is looked at again.
    if (this.#pending.has(key)) this.#expiry.retry(key);
    else
      this.delete(key, revision).catch((error: unknown) => {
        if (error instanceof StoreError && error.code === 'Unavailable') this.#expiry.retry(key);
      });
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }

  #assertReadable(revision: Revision): void {
    this.#assertOpen();
    if (revision > this.#revision) throw futureRevision(revision, this.#revision);
    if (revision < this.#compacted)
      throw new StoreError('Compacted', `too old resource version: ${revision} (${this.#compacted})`);
  }
}

/** In memory of its own: the caller's may be a view of a large body, and Node's pool keeps what was beside it alive. */
function ownCopy(value: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(value.length);
  copy.set(value);
  return copy;
}

function futureRevision(revision: Revision, current: Revision): StoreError {
  return new StoreError('FutureRevision', `Too large resource version: ${revision}, current: ${current}`);
}

function closedError(): StoreError {
  return new StoreError('Closed', 'the store is closed');
}
