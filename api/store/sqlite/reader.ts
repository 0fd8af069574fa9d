import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { readCounters } from './database.ts';
import { ThreadFailure } from './failures.ts';
import { packRecords } from './records.ts';
import type { RawRecord } from './records.ts';

/** Bounds of one answer: it is unpacked in one go on the main thread, and no read transaction stays open for longer. */
const SLICE_RECORDS = 500;
const SLICE_BYTES = 256 * 1024;
const SLICE_REVISIONS = 2000;
const MORE_THAN_LIKELY = 32;

const COLUMNS = 'log.revision, log.key, log.create_revision, log.expires_at, log.value';

const VERSION = `SELECT ${COLUMNS} FROM log WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1`;

/** Which version of each key stood at a revision: streams from the index, and looks up the rows of those only. */
const VERSIONS = `
  SELECT ${COLUMNS} FROM
    (SELECT max(revision) AS revision FROM log INDEXED BY log_by_key
      WHERE key >= ? AND key < ? AND revision <= ? GROUP BY key ORDER BY key) AS newest
    CROSS JOIN log ON log.revision = newest.revision
  WHERE log.value IS NOT NULL LIMIT ?`;

/**
 * A row costs nothing in SQLite beside what it costs as an object of JavaScript with two buffers. So a slice comes as three values: what
 * is to know of its rows, all keys behind each other, all values behind each other. To SQLite they are texts meanwhile: it does not look into them.
 */
const HEADS = `
  SELECT json_group_array(json_array(revision, create_revision, expires_at, length(key), length(value))) AS heads
    FROM (${VERSIONS})`;
const CONTENTS = `
  SELECT CAST(group_concat(CAST(key AS TEXT), '') AS BLOB) AS keys, CAST(group_concat(CAST(value AS TEXT), '') AS BLOB) AS contents
    FROM (${VERSIONS})`;

type Head = readonly [
  revision: number,
  createRevision: number,
  expiresAt: number,
  keyLength: number,
  valueLength: number,
];

const CHANGES = `
  SELECT ${COLUMNS} FROM log NOT INDEXED
  WHERE revision > ? AND revision <= ? AND key >= ? AND key < ? ORDER BY revision`;

/** Answers for any revision that is kept, a slice at a time, each in a short read transaction. */
export class Reader {
  readonly #database: DatabaseSync;
  /** So many records fitted into the last slice: more are not looked at in vain. */
  #likely = SLICE_RECORDS;

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
      const wanted = [firstWanted(prefix, after), prefixEnd(prefix), revision] as const;
      const most = Math.min(limit, SLICE_RECORDS, this.#likely + MORE_THAN_LIKELY);
      const { heads: text } = this.#database.prepare(HEADS).get(...wanted, most + 1) as { heads: string };
      const heads = JSON.parse(text) as Head[];
      const taken = heads.slice(0, fitting(heads.slice(0, most)));
      if (taken.length < limit) this.#likely = taken.length;
      return { records: packRecords(this.#contentsOf(taken, wanted)), more: taken.length < heads.length };
    });
  }

  #contentsOf(heads: readonly Head[], wanted: readonly [Uint8Array, Uint8Array, number]): RawRecord[] {
    if (heads.length === 0) return [];
    const row = this.#database.prepare(CONTENTS).get(...wanted, heads.length) as Readonly<Record<string, Uint8Array>>;
    const { keys = NOTHING, contents = NOTHING } = row;
    let keyAt = 0;
    let valueAt = 0;
    return heads.map(([revision, createRevision, expiresAt, keyLength, valueLength]) => ({
      revision,
      createRevision,
      expiresAt,
      key: keys.subarray(keyAt, (keyAt += keyLength)),
      value: contents.subarray(valueAt, (valueAt += valueLength)),
    }));
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

const NOTHING = new Uint8Array();

/** How many go into one slice: the last one may be as large as it likes. */
function fitting(heads: readonly Head[]): number {
  let bytes = 0;
  const end = heads.findIndex(([, , , keyLength, valueLength]) => {
    const isFull = bytes > SLICE_BYTES;
    bytes += keyLength + valueLength;
    return isFull;
  });
  return end < 0 ? heads.length : end;
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
