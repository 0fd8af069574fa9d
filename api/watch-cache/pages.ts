import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CacheEntry } from './entry.ts';
import type { EntryReader } from './entry-reader.ts';
import type { EntryTable } from './entry-table.ts';
import { loadEntries } from './load.ts';
import type { Matches } from './events.ts';
import { objectKey } from './object-key.ts';
import { compareKeys } from '../store/keys.ts';
import type { Revision, Store } from '../store/store.ts';

/** How many entries are tested in one turn of the event loop. */
const SLICE = 5000;

/** How many entries are read from the store in one go. */
const STORE_PAGE = 500;

export interface CacheListOptions {
  readonly namespace?: string;
  /** Hints that make the search short; entries are checked by `matches` all the same. */
  readonly name?: string;
  readonly ownerUid?: string;
  readonly matches?: Matches;
  readonly limit?: number;
  /** Go on behind the entry with this key (`CacheEntry.key`). */
  readonly after?: string;
  /** Exactly the state at this revision. Absent: the newest. */
  readonly revision?: Revision;
}

export interface CachePage {
  /** In bytewise order of namespace, then name. */
  readonly entries: readonly CacheEntry[];
  /** The revision the page shows; ask for it to get the next page of the same snapshot. */
  readonly revision: Revision;
  /** True when at least one more entry follows. */
  readonly more: boolean;
  /** How many follow; only without selector, as in Kubernetes. */
  readonly remaining?: number;
}

/** A page of the newest state. */
export async function pickPage(
  table: EntryTable,
  prefix: string,
  revision: Revision,
  options: CacheListOptions,
): Promise<CachePage> {
  const { after, limit = Infinity } = options;
  const matches = combined(options);
  if (!matches) {
    const { entries, remaining } = table.range(prefix, after, limit);
    return { entries, revision, more: remaining > 0, remaining };
  }
  const found: CacheEntry[] = [];
  const candidates = candidatesOf(table, prefix, options);
  for (let start = 0; start < candidates.length; start += SLICE) {
    if (start > 0) await nextTurn();
    for (const entry of candidates.slice(start, start + SLICE)) {
      if (!matches(entry)) continue;
      if (found.length >= limit) return { entries: found, revision, more: true };
      found.push(entry);
    }
  }
  return { entries: found, revision, more: false };
}

/** A page of an older state, from the store's history. */
export async function storedPage(
  store: Store,
  reader: EntryReader,
  prefix: string,
  revision: Revision,
  options: CacheListOptions,
): Promise<CachePage> {
  const { limit = Infinity } = options;
  const matches = combined(options);
  const found: CacheEntry[] = [];
  for (let { after } = options, more = true; more;) {
    const wanted = matches ? STORE_PAGE : Math.min(STORE_PAGE, limit - found.length + 1);
    const page = await store.list(prefix, { revision, limit: wanted, ...(after !== undefined && { after }) });
    await loadEntries(page.entries, reader, (entry) => {
      if (matches?.(entry) ?? true) found.push(entry);
    });
    if (found.length > limit) return { entries: found.slice(0, limit), revision, more: true };
    after = page.entries.at(-1)?.key ?? after;
    ({ more } = page);
  }
  return { entries: found, revision, more: false };
}

/** The entries that may match, in order: by a hint where there is one. */
function candidatesOf(table: EntryTable, prefix: string, options: CacheListOptions): readonly CacheEntry[] {
  const { after, name, namespace, ownerUid } = options;
  const behind = (entry: CacheEntry | undefined): entry is CacheEntry =>
    entry !== undefined && entry.key.startsWith(prefix) && (after === undefined || compareKeys(entry.key, after) > 0);
  if (ownerUid !== undefined)
    return table
      .ownedBy(ownerUid)
      .filter(behind)
      .sort((a, b) => compareKeys(a.key, b.key));
  // The prefix of a namespaced list ends where the name begins.
  if (name !== undefined && namespace !== undefined) return [table.get(objectKey(prefix, '', name))].filter(behind);
  return table.range(prefix, after).entries;
}

function combined({ name, ownerUid, matches }: CacheListOptions): Matches | undefined {
  if (name === undefined && ownerUid === undefined) return matches;
  return (entry) =>
    (name === undefined || entry.name === name) &&
    (ownerUid === undefined || entry.ownerUids.includes(ownerUid)) &&
    (matches?.(entry) ?? true);
}
