import { closeSync, constants, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ThreadFailure } from './failures.ts';

/** "tsmb": marks the file as ours, in the header of the database. */
const APPLICATION_ID = 0x74736d62;

/** The layout below; a later release migrates from it. */
const LAYOUT_VERSION = 1;

/** How long to wait for a lock that a foreign program holds. */
const LOCK_MILLISECONDS = 2000;

/**
 * `log` holds every version of every key and every deletion (no value), one row a revision; `log_by_key` finds a key's versions.
 * `counters` has one row: the newest revision, the oldest readable one, and how far compaction has swept.
 */
const LAYOUT = `
  CREATE TABLE log (
    revision INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    create_revision INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    value BLOB
  ) STRICT;
  CREATE UNIQUE INDEX log_by_key ON log (key, revision);
  CREATE TABLE counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    compacted INTEGER NOT NULL,
    swept INTEGER NOT NULL
  ) STRICT;
  INSERT INTO counters VALUES (1, 0, 0, 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LAYOUT_VERSION};
`;

/**
 * The writer's connection; creates the file (0600, as its WAL and index beside it) and the layout. WAL with synchronous=FULL: a
 * commit returns after the WAL has been fsynced. Checkpoints are the writer's own business (commit.ts).
 */
export function openForWriting(path: string): DatabaseSync {
  createFile(path);
  const database = new DatabaseSync(path, { timeout: LOCK_MILLISECONDS });
  try {
    const tables = single(database, 'SELECT count(*) FROM sqlite_schema');
    const fresh = tables === 0 && single(database, 'PRAGMA application_id') === 0;
    if (!fresh) checkLayout(database, path);
    if (fresh) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    const mode = single(database, 'PRAGMA journal_mode = WAL');
    if (mode !== 'wal')
      throw new ThreadFailure(
        'Unavailable',
        `store ${path}: its file system does not carry a write-ahead log (${String(mode)})`,
      );
    database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216');
    database.exec('PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY');
    if (fresh) inTransaction(database, () => database.exec(LAYOUT));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The reader's connection, to a database that the writer has opened before. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: LOCK_MILLISECONDS });
  database.exec('PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY');
  return database;
}

/** Commits what `work` does, or leaves nothing of it. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  // A rollback that failed, on a failing disk, must not stand in the way of every later try.
  if (database.isTransaction) database.exec('ROLLBACK');
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

export interface Counters {
  readonly revision: number;
  readonly compacted: number;
  readonly swept: number;
}

export function readCounters(database: DatabaseSync): Counters {
  const row = database.prepare('SELECT revision, compacted, swept FROM counters').get();
  return { revision: Number(row?.['revision']), compacted: Number(row?.['compacted']), swept: Number(row?.['swept']) };
}

function checkLayout(database: DatabaseSync, path: string): void {
  if (single(database, 'PRAGMA application_id') !== APPLICATION_ID)
    throw new ThreadFailure(
      'Unavailable',
      `store ${path}: this is another program's database: point the store elsewhere`,
    );
  const version = Number(single(database, 'PRAGMA user_version'));
  if (version > LAYOUT_VERSION)
    throw new ThreadFailure(
      'Unavailable',
      `store ${path}: written by a later release (layout ${version}, this one knows ${LAYOUT_VERSION}): upgrade tsmoby`,
    );
}

/** SQLite would create the file with 0644; and a new name is durable only when its directory is. */
function createFile(path: string): void {
  let file;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw error;
  }
  closeSync(file);
  const directory = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function single(database: DatabaseSync, sql: string): unknown {
  const row = database.prepare(sql).get();
  return row && Object.values(row)[0];
}
