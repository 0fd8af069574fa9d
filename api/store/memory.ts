import { EmbeddedStore } from './embedded/embedded-store.ts';
import type { EmbeddedStoreOptions } from './embedded/embedded-store.ts';
import { MemoryJournal } from './embedded/memory-journal.ts';
import type { Store } from './store.ts';

/** A store that keeps every promise of the port but the one that outlives the process. */
export function openMemoryStore(options: EmbeddedStoreOptions = {}): Promise<Store> {
  return EmbeddedStore.open(new MemoryJournal(), options);
}
