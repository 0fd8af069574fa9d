import { EmbeddedStore } from './embedded/embedded-store.ts';
import type { EmbeddedStoreOptions } from './embedded/embedded-store.ts';
import { SqliteJournal } from './sqlite/sqlite-journal.ts';
import type { Store } from './store.ts';

export interface SqliteStoreOptions extends EmbeddedStoreOptions {
  /** The store threads' entry, where it is not beside the source: a bundle builds `sqlite/worker.ts` as an entry of its own. */
  readonly workerUrl?: URL;
}

/**
 * Opens the database at `path`, or creates it (0600; its directory must exist). Rejects with StoreError `Unavailable` for what
 * cannot be opened: a damaged or foreign file, a later release's. One process at a time: the caller holds the data directory's lock.
 */
export function openSqliteStore(path: string, options: SqliteStoreOptions = {}): Promise<Store> {
  const workerUrl = options.workerUrl ?? new URL('./sqlite/worker.ts', import.meta.url);
  return EmbeddedStore.open(new SqliteJournal(path, workerUrl), options);
}
