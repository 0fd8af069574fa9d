import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { readCounters } from './database.ts';
import { ThreadFailure } from './failures.ts';
import { packRecords } from './records.ts';
import type { RawRecord } from './records.ts';

/** Bounds of one answer: it is unpacked in one go on the main thread, and no read transaction stays open for longer. */
const SLICE_RECORDS = 500;
const SLICE_BYTES = 256 * 1024;
const SLICE_REVISIONS = 2000;

const COLUMNS = 'log.revision, log.key, log.create_revision, log.expires_at, log.value';

const VERSION = `SELECT ${COLUMNS} FROM log WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1`;

/** Which version of each key stood at a revision: streams from the index, and looks up the rows of those only. */
const VERSIONS = `
  SELECT ${COLUMNS} FROM
    (SELECT max(revision) AS revision FROM log INDEXED BY log_by_key
      WHERE key >= ? AND key < ? AND revision <= ? GROUP BY key ORDER BY key) AS newest
    CROSS JOIN log ON log.revision = newest.revision
  WHERE log.value IS NOT NULL`;

const CHANGES = `
  SELECT ${COLUMNS} FROM log NOT INDEXED
  WHERE revision > ? AND revision <= ? AND key >= ? AND key < ? ORDER BY revision`;

/** Answers for any revision that is kept, a slice at a time, each in a short read transaction. */
export class Reader {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(key: string, revision: number): { readonly records: ArrayBuffer } {
    return this.#atRevision(revision, () => {
      const found = this.#version(Buffer.from(key), revision);
      return { records: packRecords(found?.value ? [found] : []) };
    });
  }

  list(
    prefix: string,
    revision: number,
    after: string | undefined,
    limit: number,
  ): { readonly records: ArrayBuffer; readonly more: boolean } {
    return this.#atRevision(revision, () => {
      const records: RawRecord[] = [];
      let bytes = 0;
      let more = false;
      const rows = this.#database.prepare(VERSIONS);
      for (const row of rows.iterate(firstWanted(prefix, after), prefixEnd(prefix), revision)) {
        more = records.length >= Math.min(limit, SLICE_RECORDS) || bytes > SLICE_BYTES;
        if (more) break;
        const record = recordOf(row);
        bytes += record.key.length + (record.value?.length ?? 0);
        records.push(record);
      }
      return { records: packRecords(records), more };
    });
  }

  changes(prefix: string, after: number, until: number): { readonly records: ArrayBuffer; readonly scanned: number } {
    return this.#atRevision(after, () => {
      const end = Math.min(until, after + SLICE_REVISIONS);
      const records: RawRecord[] = [];
      let bytes = 0;
      for (const row of this.#database.prepare(CHANGES).iterate(after, end, Buffer.from(prefix), prefixEnd(prefix))) {
        const record = recordOf(row);
        const previous = this.#version(record.key, record.revision - 1);
        records.push(record);
        if (previous?.value) records.push(previous);
        bytes += (record.value?.length ?? 0) + (previous?.value?.length ?? 0);
        if (records.length >= SLICE_RECORDS || bytes > SLICE_BYTES)
          return { records: packRecords(records), scanned: record.revision };
      }
      return { records: packRecords(records), scanned: end };
    });
  }

  #version(key: Uint8Array, revision: number): RawRecord | undefined {
    const row = this.#database.prepare(VERSION).get(key, revision);
    return row && recordOf(row);
  }

  /** One read transaction, so that a compaction cannot come between the check and the read. */
  #atRevision<T>(revision: number, read: () => T): T {
    this.#database.exec('BEGIN');
    try {
      const { compacted } = readCounters(this.#database);
      if (revision < compacted)
        throw new ThreadFailure('Compacted', `too old resource version: ${revision} (${compacted})`);
      return read();
    } finally {
      this.#database.exec('COMMIT');
    }
  }
}

/** The least key that is wanted. */
function firstWanted(prefix: string, after: string | undefined): Uint8Array {
  const first = Buffer.from(prefix);
  if (after === undefined) return first;
  const next = Buffer.concat([Buffer.from(after), Buffer.from([0])]);
  return Buffer.compare(next, first) > 0 ? next : first;
}

/** The least key behind all that begin with the prefix. No byte of UTF-8 is 0xFF, so the last one can be counted up. */
function prefixEnd(prefix: string): Uint8Array {
  const end = Buffer.from(prefix);
  if (end.length === 0) return Buffer.from([0xff]);
  end[end.length - 1]! += 1;
  return end;
}

function recordOf(row: Readonly<Record<string, SQLOutputValue>>): RawRecord {
  return {
    revision: Number(row['revision']),
    createRevision: Number(row['create_revision']),
    expiresAt: Number(row['expires_at']),
    key: row['key'] as Uint8Array,
    value: row['value'] === null ? undefined : (row['value'] as Uint8Array),
  };
}
