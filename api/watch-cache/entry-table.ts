import type { CacheEntry } from './entry.ts';
import { SortedEntries } from '../store/sorted-entries.ts';
import type { EntryRange } from '../store/sorted-entries.ts';

/** The newest entry of every object, by key in bytewise order, by uid, and by the uids of its owners. */
export class EntryTable {
  readonly #entries = new SortedEntries<CacheEntry>();
  readonly #byUid = new Map<string, CacheEntry>();
  readonly #byOwner = new Map<string, Set<string>>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  byUid(uid: string): CacheEntry | undefined {
    return this.#byUid.get(uid);
  }

  /** In no particular order. */
  ownedBy(uid: string): CacheEntry[] {
    const keys = this.#byOwner.get(uid);
    return keys ? Array.from(keys, (key) => this.#entries.get(key)!) : [];
  }

  range(prefix: string, after?: string, limit?: number): EntryRange<CacheEntry> {
    return this.#entries.range(prefix, after, limit);
  }

  /** Returns the entry that was replaced. */
  set(entry: CacheEntry): CacheEntry | undefined {
    const previous = this.#entries.set(entry);
    if (previous) this.#unindex(previous);
    this.#byUid.set(entry.uid, entry);
    for (const owner of entry.ownerUids) {
      const keys = this.#byOwner.get(owner);
      if (keys) keys.add(entry.key);
      else this.#byOwner.set(owner, new Set([entry.key]));
    }
    return previous;
  }

  /** Returns the entry that was there. */
  delete(key: string): CacheEntry | undefined {
    const previous = this.#entries.delete(key);
    if (previous) this.#unindex(previous);
    return previous;
  }

  #unindex(entry: CacheEntry): void {
    if (this.#byUid.get(entry.uid) === entry) this.#byUid.delete(entry.uid);
    for (const owner of entry.ownerUids) {
      const keys = this.#byOwner.get(owner);
      keys?.delete(entry.key);
      if (keys?.size === 0) this.#byOwner.delete(owner);
    }
  }
}
