import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction, openForWriting, readCounters } from './database.ts';
import { ThreadFailure } from './failures.ts';
import { unpackRecords } from './records.ts';

/** The WAL is copied into the database once about this much was written to it. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;

/** What a row costs in the WAL beyond its own bytes, roughly: parts of index and table pages. */
const ROW_BYTES = 512;

/** Rows that one slice of a compaction looks at, and pages that one slice gives back to the file system. */
const COMPACTION_ROWS = 500;
const VACUUM_PAGES = 500;

/** Free pages stay in the file for reuse unless there are many, and more than one in this many pages. */
const VACUUM_MINIMUM = 2048;
const VACUUM_SHARE = 4;

/** The writing connection: group commits, and compaction between them. */
export class Writer implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #advance: StatementSync;
  #uncheckpointed = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#database = openForWriting(path);
    this.#insert = this.#database.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?)');
    this.#advance = this.#database.prepare('UPDATE counters SET revision = ? WHERE revision = ?');
  }

  get database(): DatabaseSync {
    return this.#database;
  }

  position(): { readonly revision: number; readonly compacted: number } {
    const { revision, compacted } = readCounters(this.#database);
    return { revision, compacted };
  }

  /** Returns when the batch is on the disk; throws when nothing of it is. */
  commit(base: number, packed: ArrayBuffer): void {
    const records = unpackRecords(packed);
    const last = base + records.length;
    try {
      inTransaction(this.#database, () => {
        if (this.#advance.run(last, base).changes !== 1) throw this.#diverged(base);
        for (const { revision, key, createRevision, expiresAt, value } of records)
          this.#insert.run(revision, key, createRevision, expiresAt, value ?? null);
      });
    } catch (error) {
      // What COMMIT reports is not the last word: the database's own counter is.
      if (error instanceof ThreadFailure || readCounters(this.#database).revision !== last) throw error;
    }
    this.#uncheckpointed += packed.byteLength + records.length * ROW_BYTES;
  }

  /** Copies the WAL into the database when it is due. Called after the commit was answered. */
  checkpoint(): void {
    if (this.#closed || this.#uncheckpointed < CHECKPOINT_BYTES) return;
    this.#uncheckpointed = 0;
    try {
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // A full disk: the WAL keeps everything, and the next round tries again.
    }
  }

  /**
   * Forgets what was replaced before `target`. Each row above the last sweep tells one key whose older versions can go, so
   * every row is looked at once in its life.
   */
  async compact(target: number): Promise<void> {
    this.#withoutFsync(() => this.#database.prepare('UPDATE counters SET compacted = max(compacted, ?)').run(target));
    for (let { swept } = readCounters(this.#database); swept < target;) {
      await this.#pause();
      swept = this.#withoutFsync(() => inTransaction(this.#database, () => this.#sweep(swept, target)));
      this.#uncheckpointed += COMPACTION_ROWS * ROW_BYTES;
      this.checkpoint();
    }
    await this.#giveBack();
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }

  #sweep(swept: number, target: number): number {
    const rows = this.#database
      .prepare(
        'SELECT revision, key, value IS NULL AS gone FROM log WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT ?',
      )
      .all(swept, target, COMPACTION_ROWS);
    const forget = this.#database.prepare('DELETE FROM log WHERE key = ? AND revision < ?');
    const forgetDeletion = this.#database.prepare('DELETE FROM log WHERE revision = ?');
    for (const { revision, key, gone } of rows) {
      forget.run(key as Uint8Array, revision as number);
      if (gone === 1) forgetDeletion.run(revision as number);
    }
    const position = rows.length < COMPACTION_ROWS ? target : Number(rows.at(-1)?.['revision']);
    this.#database.prepare('UPDATE counters SET swept = ?').run(position);
    return position;
  }

  /** Returns free pages to the file system when they make up much of the file. */
  async #giveBack(): Promise<void> {
    const free = () => Number(this.#database.prepare('PRAGMA freelist_count').get()?.['freelist_count']);
    const pages = Number(this.#database.prepare('PRAGMA page_count').get()?.['page_count']);
    for (let left = free(); left > VACUUM_MINIMUM && left > pages / VACUUM_SHARE; left = free()) {
      this.#withoutFsync(() => this.#database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`));
      await this.#pause();
    }
  }

  /**
   * What can be lost and done again needs no fsync of its own: the next commit's covers it. The connection is back to FULL
   * whatever happens.
   */
  #withoutFsync<T>(work: () => T): T {
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  /** Lets commits that have arrived go first. */
  async #pause(): Promise<void> {
    await nextTurn();
    if (this.#closed) throw new ThreadFailure('Closed', `store ${this.#path}: closed during compaction`);
  }

  #diverged(base: number): ThreadFailure {
    const { revision } = readCounters(this.#database);
    return new ThreadFailure(
      'Unavailable',
      `store ${this.#path}: the file is at revision ${revision}, this process expected ${base}: another process writes to it, or a write's outcome was lost; make sure that only one runs, and restart it`,
    );
  }
}
