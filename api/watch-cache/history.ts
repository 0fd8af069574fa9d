import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CacheEntry } from './entry.ts';
import type { EntryReader } from './entry-reader.ts';
import type { CacheChange } from './events.ts';
import type { Revision, Store, StoreChange, StoreEntry } from '../store/store.ts';

/** Changes decoded in one turn of the event loop. */
const SLICE = 100;

/** The changes in (`after`, `until`] from the store's history, oldest first. Rejects with the store's errors. */
export async function readHistory(
  store: Store,
  reader: EntryReader,
  after: Revision,
  until: Revision,
): Promise<readonly CacheChange[]> {
  const stored = await storedChanges(store, reader.prefix, after, until);
  const newest = new Map<string, CacheEntry>();
  const read = (entry: StoreEntry): CacheEntry | undefined => {
    const known = newest.get(entry.key);
    // The version before is most often one that was just read: then both changes share it.
    return known?.revision === entry.modRevision ? known : reader.readEntry(entry);
  };
  const changes: CacheChange[] = [];
  for (const [index, change] of stored.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn();
    const previous = change.previous && read(change.previous);
    const entry = change.type === 'put' ? read(change.entry) : undefined;
    if (entry) newest.set(entry.key, entry);
    if (entry || previous)
      changes.push({ revision: revisionOf(change), ...(entry && { entry }), ...(previous && { previous }) });
  }
  return changes;
}

function storedChanges(store: Store, prefix: string, after: Revision, until: Revision): Promise<StoreChange[]> {
  const found: StoreChange[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<StoreChange[]>();
  const seen = (revision: Revision) => {
    if (revision >= until) resolve(found);
  };
  const watch = store.watch(prefix, after, {
    changes(revision, changes) {
      if (revision <= until) found.push(...changes);
      seen(revision);
    },
    progress: seen,
    end: reject,
  });
  return promise.finally(() => watch[Symbol.dispose]());
}

function revisionOf(change: StoreChange): Revision {
  return change.type === 'put' ? change.entry.modRevision : change.modRevision;
}
