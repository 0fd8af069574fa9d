/**
 * The Store port: bytes at keys under one global revision.
 *
 * Vocabulary. A *revision* is a counter over the whole store: each successful write gets the next one, and it never
 * goes back, also over restarts and crashes. An *entry* is a key's value with the revision of its last change
 * (`modRevision`) and of its creation. A *batch* is what became durable together.
 *
 * Promises of every implementation, tested by one suite (test/suites/store.ts):
 * - A write's promise resolves only after its bytes are durable (fsync). A write that rejects left nothing.
 * - Compare-and-update decides at once, against the newest head of the key, pending ones included. A loser rejects with
 *   `Conflict` as soon as what it lost to can be read, so that reading again and retrying makes progress. If a pending
 *   write fails to become durable, whatever was decided on top of it fails too.
 * - Reads never see a pending value.
 * - Observers of `watch` see each change exactly once, in revision order. The embedded stores (`memory`, `sqlite`)
 *   call observers *before* they resolve the writers' promises, so a watch cache is never behind an acknowledged
 *   write; a remote store may call later, and readers then wait for the revision.
 * - There are no multi-key transactions. Order of keys is bytewise.
 *
 * Idempotency is the caller's: a create that got no answer may have landed; read before you repeat.
 */

/** A counter that fits 2^53; the wire form is its decimal string. */
export type Revision = number;

/** The largest value any store takes, in bytes: etcd's default request limit. */
export const MAX_VALUE_BYTES = 1.5 * 1024 * 1024;

export interface StoreEntry {
  readonly key: string;
  /** Exactly the bytes that were written; callers must not change them. */
  readonly value: Uint8Array;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
}

export interface StorePage {
  readonly entries: readonly StoreEntry[];
  /** The revision the page was read at; pass it on to read the next page of the same snapshot. */
  readonly revision: Revision;
  /** True when more keys with the prefix follow the last entry. */
  readonly more: boolean;
  /** How many keys with the prefix follow the last entry, where the store knows it cheaply. */
  readonly remaining?: number;
}

export type StoreChange =
  | { readonly type: 'put'; readonly entry: StoreEntry; readonly previous?: StoreEntry }
  | { readonly type: 'delete'; readonly key: string; readonly modRevision: Revision; readonly previous: StoreEntry };

export interface StoreObserver {
  /** All changes of one revision (one, for our stores). Called synchronously and in order; must not throw. */
  changes(revision: Revision, changes: readonly StoreChange[]): void;
  /** Everything up to `revision` has been delivered, though the last changes were not under the prefix. */
  progress(revision: Revision): void;
  /** The watch is over for good (store closed, history compacted away under a slow observer). */
  end(error: StoreError): void;
}

export interface WriteOptions {
  /** Seconds from now after which the key is deleted by the store, with a delete change of its own. */
  readonly ttlSeconds?: number;
}

export interface Store extends AsyncDisposable {
  /** The newest durable revision. */
  currentRevision(): Revision;
  /** The oldest revision that can still be read or watched from. */
  compactedRevision(): Revision;
  get(key: string, options?: { readonly revision?: Revision }): Promise<StoreEntry | undefined>;
  /** Keys that begin with `prefix`, in bytewise order, at one revision. `after`: continue behind this key. */
  list(
    prefix: string,
    options?: { readonly revision?: Revision; readonly limit?: number; readonly after?: string },
  ): Promise<StorePage>;
  /** Rejects with `AlreadyExists`. */
  create(key: string, value: Uint8Array, options?: WriteOptions): Promise<Revision>;
  /** Rejects with `NotFound` or `Conflict`. */
  update(key: string, value: Uint8Array, expected: Revision, options?: WriteOptions): Promise<Revision>;
  /** Rejects with `NotFound` or `Conflict`. Resolves with the revision of the deletion. */
  delete(key: string, expected: Revision): Promise<Revision>;
  /** Changes with revision > `after`. Throws `Compacted` when `after` is older than the history. */
  watch(prefix: string, after: Revision, observer: StoreObserver): Disposable;
  /** Forget versions that were replaced before `revision`. */
  compact(revision: Revision): Promise<void>;
}

export type StoreErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Compacted'
  | 'FutureRevision'
  | 'TooLarge'
  /** The disk is full or failing: reads go on, writes reject until it is mended. */
  | 'Unavailable'
  | 'Closed';

/** The only error that leaves a store. `current` is the entry that stood in the way of a Conflict. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  declare readonly current?: StoreEntry;
  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown; current?: StoreEntry } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    // Not enumerable: whoever prints an error with all its fields must not print what is stored, a Secret perhaps.
    if (options.current) Object.defineProperty(this, 'current', { value: options.current });
  }
}
