import type { Revision } from '../store.ts';

/**
 * The journal port: what an embedded store writes its history to. `EmbeddedStore` decides, orders, notifies and keeps the
 * latest version of every key in memory; a journal keeps every version, durably or not, and answers for the past.
 *
 * Revisions are consecutive: the records of one `append` carry `base + 1`, `base + 2`, … A journal may assume one caller
 * that awaits each `append` before the next; reads run beside it and must not wait for it.
 */
export interface Journal extends AsyncDisposable {
  /** Hands over the latest live version of every key, in slices; resolves with the counters. Called once, first. */
  load(receive: (records: readonly JournalRecord[]) => void): Promise<JournalPosition>;
  /** Resolves when all records are durable. Rejects with StoreError `Unavailable` when none is. */
  append(records: readonly JournalRecord[], base: Revision): Promise<void>;
  /** The version of a key at a revision; absent when there was none. Rejects with `Compacted`. */
  get(key: string, revision: Revision): Promise<JournalRecord | undefined>;
  /** Versions at a revision, a slice at a time: at most `limit`, possibly fewer though `more` is true. */
  list(prefix: string, revision: Revision, after: string | undefined, limit: number): Promise<JournalPage>;
  /** Changes with revisions in (`after`, `until`], a slice at a time. Rejects with `Compacted`. */
  changes(prefix: string, after: Revision, until: Revision): Promise<JournalChanges>;
  /** Forgets versions replaced before `revision`, which is above the last call's. Resolves when it is done. */
  compact(revision: Revision): Promise<void>;
}

/** One version of a key; without a value it is the key's deletion. */
export interface JournalRecord {
  readonly key: string;
  readonly revision: Revision;
  /** Of the version's life; 0 for a deletion. */
  readonly createRevision: Revision;
  /** Milliseconds since the epoch; 0 when the key does not expire. */
  readonly expiresAt: number;
  readonly value?: Uint8Array;
}

export interface JournalPosition {
  readonly revision: Revision;
  readonly compacted: Revision;
}

export interface JournalPage {
  readonly records: readonly JournalRecord[];
  readonly more: boolean;
}

export interface JournalChange {
  readonly record: JournalRecord;
  readonly previous?: JournalRecord;
}

export interface JournalChanges {
  readonly changes: readonly JournalChange[];
  /** Everything up to here has been looked at; `until` when there is no more. */
  readonly scanned: Revision;
}
