/**
 * The watch cache: the newest state of one resource (one key prefix of the store) and its recent changes, in memory, between the
 * store and everybody who reads.
 *
 * - It follows the store by one watch. Embedded stores notify before they answer a writer, so whoever was answered
 *   finds his write here; over a remote store, `reached` waits.
 * - Its primary form is the stored bytes, shared with the store, and indexed fields (entry.ts). Frozen objects are decoded on
 *   demand and kept in a bounded cache.
 * - Lists of the newest state come from here; lists at an older revision too, as long as nothing has changed since, and
 *   from the store's history otherwise.
 * - Watches (`watch`) are pulled, with selectors and bounded buffers. In-process informers (`subscribe`) are called
 *   synchronously and read this cache directly: they are a view of it.
 */
import { CacheWatch } from './cache-watch.ts';
import type { BufferLimits } from './cache-watch.ts';
import { ChangeWindow } from './change-window.ts';
import type { WindowLimits } from './change-window.ts';
import { DecodedObjects } from './decoded-objects.ts';
import type { CacheEntry, SelectableFields } from './entry.ts';
import { EntryReader } from './entry-reader.ts';
import { EntryTable } from './entry-table.ts';
import { fromStoreError, WatchCacheError } from './errors.ts';
import type { Matches } from './events.ts';
import { FanOut } from './fan-out.ts';
import { Listeners } from './listeners.ts';
import type { CacheListener } from './listeners.ts';
import { loadEntries } from './load.ts';
import { namespacePrefix, objectKey } from './object-key.ts';
import { pickPage, storedPage } from './pages.ts';
import type { CacheListOptions, CachePage } from './pages.ts';
import { readHistory } from './history.ts';
import { RevisionGate } from './revision-gate.ts';
import { decodeObject, decodeSummary } from './stored-object.ts';
import type { Revision, Store, StoreChange, StoreError } from '../store/store.ts';
import type { KubeObject } from '../../schemas/object.ts';

export interface WatchCacheOptions {
  readonly store: Store;
  /** Ends in `/`; no other resource's prefix begins with it. */
  readonly prefix: string;
  readonly selectableFields?: SelectableFields;
  /** Where decoded objects are kept; one may serve many caches. Default: 4 MiB of its own. */
  readonly objects?: DecodedObjects;
  /** Told of a stored value that cannot be decoded; the object is left out until it is written again. */
  readonly onDamaged?: (key: string, error: unknown) => void;
  readonly window?: Partial<WindowLimits>;
  readonly buffer?: Partial<BufferLimits>;
  /** Time between bookmarks for watches that take them; Kubernetes sends one a minute. */
  readonly bookmarkMilliseconds?: number;
}

export interface CacheWatchOptions {
  /** Changes behind this revision. Absent: first ADDED for each object that is there, then changes. */
  readonly after?: Revision;
  readonly namespace?: string;
  readonly matches?: Matches;
  /** Send bookmarks now and then. */
  readonly bookmarks?: boolean;
  /** Send a bookmark with `initialEventsEnd` behind the initial state. */
  readonly initialEventsEnd?: boolean;
  readonly signal?: AbortSignal;
}

const DEFAULT_WINDOW: WindowLimits = { changes: 4000, bytes: 4 * 1024 * 1024 };
const DEFAULT_BUFFER: BufferLimits = { events: 5000, bytes: 16 * 1024 * 1024 };
const DEFAULT_OBJECT_BYTES = 4 * 1024 * 1024;
const DEFAULT_BOOKMARK_MILLISECONDS = 60_000;

export class WatchCache implements Disposable {
  readonly prefix: string;
  readonly #store: Store;
  readonly #reader: EntryReader;
  readonly #objects: DecodedObjects;
  readonly #buffer: BufferLimits;
  readonly #table = new EntryTable();
  readonly #listeners = new Listeners();
  readonly #fanOut: FanOut;
  readonly #window: ChangeWindow;
  readonly #gate = new RevisionGate();
  readonly #following: Disposable;
  /** Changes that arrive while the first state is still being loaded. */
  #early: StoreChange[] | undefined = [];
  /** The newest revision at which anything under the prefix changed. */
  #changed: Revision;
  #closed: WatchCacheError | undefined;
  #refill: Promise<void> = Promise.resolve();

  private constructor(options: WatchCacheOptions, revision: Revision) {
    this.prefix = options.prefix;
    this.#store = options.store;
    this.#objects = options.objects ?? new DecodedObjects(DEFAULT_OBJECT_BYTES);
    this.#reader = new EntryReader(options.prefix, options.selectableFields, options.onDamaged);
    this.#buffer = { ...DEFAULT_BUFFER, ...options.buffer };
    this.#window = new ChangeWindow({ ...DEFAULT_WINDOW, ...options.window }, revision);
    this.#fanOut = new FanOut(options.bookmarkMilliseconds ?? DEFAULT_BOOKMARK_MILLISECONDS, () => this.revision);
    this.#changed = revision;
    this.#gate.open(revision);
    this.#following = this.#store.watch(this.prefix, revision, {
      changes: (at, changes) => this.#changes(at, changes),
      progress: (at) => this.#gate.open(at),
      end: (error) => this.#end(error),
    });
  }

  /** Loads the resource's objects, in slices. Rejects with WatchCacheError `Closed` when the store is. */
  static async open(options: WatchCacheOptions): Promise<WatchCache> {
    try {
      const page = await options.store.list(options.prefix);
      const cache = new WatchCache(options, page.revision);
      await loadEntries(page.entries, cache.#reader, (entry) => cache.#table.set(entry));
      cache.#catchUp();
      return cache;
    } catch (error) {
      throw fromStoreError(error);
    }
  }

  /** The newest revision this cache has seen, of its own keys or others. */
  get revision(): Revision {
    return this.#gate.revision;
  }

  /** How many objects there are. */
  get size(): number {
    return this.#table.size;
  }

  /** How many watches are open. */
  get watchers(): number {
    return this.#fanOut.size;
  }

  /**
   * Resolves once the cache has seen `revision`, by default the store's newest: at once over embedded stores. Rejects with
   * `Ahead` after the timeout.
   */
  async reached(
    revision: Revision = this.#store.currentRevision(),
    options: { readonly signal?: AbortSignal; readonly timeoutMilliseconds?: number } = {},
  ): Promise<void> {
    this.#assertOpen();
    await this.#gate.reached(revision, options);
  }

  /** The newest entry; `namespace` is empty for cluster-scoped kinds. */
  get(namespace: string, name: string): CacheEntry | undefined {
    this.#assertOpen();
    return this.#table.get(objectKey(this.prefix, namespace, name));
  }

  byUid(uid: string): CacheEntry | undefined {
    this.#assertOpen();
    return this.#table.byUid(uid);
  }

  /** Entries that name `uid` among their owners. */
  ownedBy(uid: string): readonly CacheEntry[] {
    this.#assertOpen();
    return this.#table.ownedBy(uid);
  }

  /** All newest entries, of one namespace or all, in order; a copy of references that later changes do not touch. */
  snapshot(namespace?: string): readonly CacheEntry[] {
    this.#assertOpen();
    return this.#table.range(this.#prefixOf(namespace)).entries;
  }

  /** Rejects with `Expired` or `Ahead` when the asked revision cannot be read. */
  async list(options: CacheListOptions = {}): Promise<CachePage> {
    this.#assertOpen();
    const { revision = this.revision } = options;
    const prefix = this.#prefixOf(options.namespace);
    if (revision >= this.#changed && revision <= this.revision) return pickPage(this.#table, prefix, revision, options);
    try {
      return await storedPage(this.#store, this.#reader, prefix, revision, options);
    } catch (error) {
      throw fromStoreError(error);
    }
  }

  /** The entry's object with its resourceVersion, frozen. Entries of any age will do. */
  object(entry: CacheEntry): KubeObject {
    return this.#objects.get(entry);
  }

  /** The same for one look: not frozen, and not kept. A list of thousands would otherwise push out what others use. */
  glance(entry: CacheEntry): KubeObject {
    return this.#objects.peek(entry) ?? decodeObject(entry.value, entry.revision);
  }

  /** The same, perhaps without `metadata.managedFields`, which take half of the time. */
  summary(entry: CacheEntry): KubeObject {
    return this.#objects.peek(entry) ?? decodeSummary(entry.value, entry.revision);
  }

  /** Opens a watch. Rejects with `Expired` when `after` is older than the history, with `Ahead` when it is in the future. */
  async watch(options: CacheWatchOptions = {}): Promise<CacheWatch> {
    this.#assertOpen();
    options.signal?.throwIfAborted();
    const { after, bookmarks = false, signal } = options;
    using _hold = this.#window.hold();
    if (after !== undefined) await this.#reachBack(after);
    this.#assertOpen();
    const start = {
      initial: after === undefined ? this.snapshot(options.namespace) : [],
      missed: after === undefined ? [] : this.#window.since(after),
      initialEventsEnd: options.initialEventsEnd ? this.revision : undefined,
    };
    const stop = () => watch.end();
    const watch = new CacheWatch(start, { matches: selection(options), bookmarks, limits: this.#buffer }, (ended) => {
      signal?.removeEventListener('abort', stop);
      this.#fanOut.remove(ended);
    });
    this.#fanOut.add(watch);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    return watch;
  }

  /** Calls the listener for every change from now on; what is there already is in `snapshot()`. */
  subscribe(listener: CacheListener): Disposable {
    this.#assertOpen();
    return this.#listeners.add(listener);
  }

  /** Ends all watches and stops following the store. */
  [Symbol.dispose](): void {
    this.#close(new WatchCacheError('Closed', `the cache of ${this.prefix} is closed`));
  }

  #changes(revision: Revision, changes: readonly StoreChange[]): void {
    if (this.#early) this.#early.push(...changes);
    else for (const change of changes) this.#apply(revision, change);
    this.#gate.open(revision);
  }

  #catchUp(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const change of early)
      this.#apply(change.type === 'put' ? change.entry.modRevision : change.modRevision, change);
  }

  #apply(revision: Revision, change: StoreChange): void {
    this.#changed = revision;
    const read = change.type === 'put' ? this.#reader.read(change.entry) : undefined;
    const key = change.type === 'put' ? change.entry.key : change.key;
    const previous = read ? this.#table.set(read.entry) : this.#table.delete(key);
    if (previous) this.#objects.delete(previous);
    if (read) this.#objects.add(read.entry, read.object);
    if (!read && !previous) return;
    const applied = { revision, ...(read && { entry: read.entry }), ...(previous && { previous }) };
    this.#window.append(applied);
    this.#listeners.tell(applied);
    this.#fanOut.publish(applied);
  }

  /** Makes the window begin at or before `after`, from the store's history: one reader at a time does it for all. */
  async #reachBack(after: Revision): Promise<void> {
    if (after > this.revision) await this.#gate.reached(after, {});
    if (after >= this.#window.start) return;
    const refilled = this.#refillAfter(this.#refill, after);
    this.#refill = refilled.catch(() => {});
    try {
      await refilled;
    } catch (error) {
      throw fromStoreError(error);
    }
  }

  async #refillAfter(turn: Promise<void>, after: Revision): Promise<void> {
    await turn;
    const { start } = this.#window;
    if (after < start) this.#window.prepend(await readHistory(this.#store, this.#reader, after, start), after);
  }

  #prefixOf(namespace: string | undefined): string {
    return namespace === undefined ? this.prefix : namespacePrefix(this.prefix, namespace);
  }

  #assertOpen(): void {
    if (this.#closed) throw this.#closed;
  }

  #end(error: StoreError): void {
    const reason = fromStoreError(error);
    this.#close(
      reason instanceof WatchCacheError && reason.code === 'Closed'
        ? reason
        : new WatchCacheError('Closed', error.message, { cause: error }),
    );
  }

  #close(error: WatchCacheError): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#following[Symbol.dispose]();
    this.#gate.close(error);
    this.#fanOut[Symbol.dispose]();
    this.#listeners.end(error);
  }
}

function selection({ namespace, matches }: CacheWatchOptions): Matches {
  if (namespace === undefined) return matches ?? (() => true);
  return (entry) => entry.namespace === namespace && (matches?.(entry) ?? true);
}
