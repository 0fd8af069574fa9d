import type { JournalRecord } from './journal.ts';
import type { StoreChange, StoreEntry } from '../store.ts';

/** The entry that a record with a value stands for. */
export function entryOf({ key, value, createRevision, revision }: JournalRecord): StoreEntry {
  return { key, value: value ?? new Uint8Array(), createRevision, modRevision: revision };
}

/** What an observer is told when `entry`, or a deletion, follows `previous` at `revision`. */
export function changeOf(
  key: string,
  revision: number,
  entry: StoreEntry | undefined,
  previous: StoreEntry | undefined,
): StoreChange {
  if (entry) return { type: 'put', entry, ...(previous && { previous }) };
  // A deletion is only ever written over a version, which is kept for as long as the deletion can be watched.
  const gone = previous ?? { key, value: new Uint8Array(), createRevision: 0, modRevision: 0 };
  return { type: 'delete', key, modRevision: revision, previous: gone };
}

/** The same for a change that is read back from a journal. */
export function changeOfRecords(record: JournalRecord, previous: JournalRecord | undefined): StoreChange {
  const before = previous?.value ? entryOf(previous) : undefined;
  return changeOf(record.key, record.revision, record.value ? entryOf(record) : undefined, before);
}
