/** The least that the same durability costs: bare SQLite commits of rows of the same shape. */
import { DatabaseSync } from 'node:sqlite';

export function bareDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE log (revision INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB)');
  database.exec('CREATE UNIQUE INDEX log_by_key ON log (key, revision)');
  return database;
}

/** So many commits, one after the other, each of so many rows. Returns rows a second. */
export function bareCommits(database: DatabaseSync, value: Uint8Array, batch: number, commits: number): number {
  const insert = database.prepare('INSERT INTO log (key, value) VALUES (?, ?)');
  const start = performance.now();
  for (let round = 0; round < commits; round++) {
    database.exec('BEGIN IMMEDIATE');
    for (let index = 0; index < batch; index++) insert.run(Buffer.from(`/bench/things/${index}%name-${round}`), value);
    database.exec('COMMIT');
  }
  return (batch * commits * 1000) / (performance.now() - start);
}
