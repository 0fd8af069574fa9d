import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CacheEntry } from './entry.ts';
import type { EntryReader } from './entry-reader.ts';
import type { StoreEntry } from '../store/store.ts';

/** Bytes decoded in one turn of the event loop: two or three milliseconds of work. */
const SLICE_BYTES = 256 * 1024;

/** Decodes entries one slice per turn, so that a large resource does not hold up everything else. */
export async function loadEntries(
  stored: readonly StoreEntry[],
  reader: EntryReader,
  receive: (entry: CacheEntry) => void,
): Promise<void> {
  let bytes = 0;
  for (const each of stored) {
    const entry = reader.readEntry(each);
    if (entry) receive(entry);
    bytes += each.value.length;
    if (bytes < SLICE_BYTES) continue;
    bytes = 0;
    await nextTurn();
  }
}
