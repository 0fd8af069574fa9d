import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Journal, JournalChanges, JournalPage, JournalPosition, JournalRecord } from './journal.ts';
import { SortedEntries } from '../sorted-entries.ts';
import { StoreError } from '../store.ts';
import type { Revision } from '../store.ts';

/** How many records are looked at in one go. */
const SLICE = 500;

/** All versions of one key, oldest first; never empty. */
interface Versions {
  readonly key: string;
  readonly records: JournalRecord[];
}

/** A journal that forgets everything with the process. Suites and tests that need no durability run on it. */
export class MemoryJournal implements Journal {
  readonly #versions = new SortedEntries<Versions>();
  /** In order of revision, without gaps until compaction takes records out. */
  #log: JournalRecord[] = [];
  #compacted: Revision = 0;

  async load(): Promise<JournalPosition> {
    return { revision: 0, compacted: 0 };
  }

  async append(records: readonly JournalRecord[]): Promise<void> {
    for (const record of records) {
      const versions = this.#versions.get(record.key);
      if (versions) versions.records.push(record);
      else this.#versions.set({ key: record.key, records: [record] });
      this.#log.push(record);
    }
  }

  async get(key: string, revision: Revision): Promise<JournalRecord | undefined> {
    this.#assertKept(revision);
    const record = versionAt(this.#versions.get(key), revision);
    return record?.value && record;
  }

  async list(prefix: string, revision: Revision, after: string | undefined, limit: number): Promise<JournalPage> {
    this.#assertKept(revision);
    const records: JournalRecord[] = [];
    let last = after;
    for (;;) {
      const { entries, remaining } = this.#versions.range(prefix, last, SLICE);
      for (const versions of entries) {
        const record = versionAt(versions, revision);
        if (!record?.value) continue;
        if (records.length >= limit) return { records, more: true };
        records.push(record);
      }
      last = entries.at(-1)?.key;
      if (remaining === 0) return { records, more: false };
      await nextTurn();
      this.#assertKept(revision);
    }
  }

  async changes(prefix: string, after: Revision, until: Revision): Promise<JournalChanges> {
    this.#assertKept(after);
    const start = this.#position(after);
    const slice = this.#log.slice(start, Math.min(start + SLICE, this.#position(until)));
    const changes = slice
      .filter((record) => record.key.startsWith(prefix))
      .map((record) => {
        const previous = versionAt(this.#versions.get(record.key), record.revision - 1);
        return previous?.value ? { record, previous } : { record };
      });
    return { changes, scanned: slice.length === SLICE ? slice.at(-1)!.revision : until };
  }

  async compact(revision: Revision): Promise<void> {
    this.#compacted = revision;
    const kept: JournalRecord[] = [];
    const end = this.#position(revision);
    for (let start = 0; start < end; start += SLICE) {
      for (const record of this.#log.slice(start, Math.min(start + SLICE, end))) {
        if (this.#forget(record, revision)) continue;
        kept.push(record);
      }
      await nextTurn();
    }
    this.#log = [...kept, ...this.#log.slice(end)];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Drops the record from its key's versions unless it is what stood there at `revision`. */
  #forget(record: JournalRecord, revision: Revision): boolean {
    const versions = this.#versions.get(record.key);
    const current = versionAt(versions, revision);
    if (!versions || (record === current && record.value)) return false;
    versions.records.splice(versions.records.indexOf(record), 1);
    if (versions.records.length === 0) this.#versions.delete(record.key);
    return true;
  }

  /** Index of the first record behind the revision. */
  #position(revision: Revision): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#log[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #assertKept(revision: Revision): void {
    if (revision < this.#compacted)
      throw new StoreError('Compacted', `too old resource version: ${revision} (${this.#compacted})`);
  }
}

function versionAt(versions: Versions | undefined, revision: Revision): JournalRecord | undefined {
  return versions?.records.findLast((record) => record.revision <= revision);
}
