import { chmod, copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { StoreError } from '../../../api/store/store.ts';
import { bytes, put, Recorder, rejects, text } from '../../suites/store/harness.ts';
import { temporaryDirectory } from './directory.ts';

test('what was written is there after reopening: values, revisions, creations, history, deletions', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  {
    await using store = await openSqliteStore(path);
    await store.create('/a', bytes('1'));
    await store.create('/b', bytes('1'));
    await store.update('/a', bytes('2'), 1);
    await store.delete('/b', 2);
    await store.create('/c', new Uint8Array());
    await store.compact(2);
  }
  await using store = await openSqliteStore(path);
  t.is(store.currentRevision(), 5);
  t.is(store.compactedRevision(), 2);
  t.deepEqual(
    (await store.list('')).entries.map(({ key, value, createRevision, modRevision }) => [
      key,
      text(value),
      createRevision,
      modRevision,
    ]),
    [
      ['/a', '2', 1, 3],
      ['/c', '', 5, 5],
    ],
  );
  t.is(text((await store.get('/a', { revision: 2 }))?.value), '1');
  const recorder = new Recorder();
  using _watch = store.watch('/', 2, recorder);
  await recorder.until(5);
  t.deepEqual(recorder.lines, ['3 put /a=2', '4 delete /b', '5 put /c=']);
  t.is(await store.create('/b', bytes('3')), 6);
});

test('keys expire after a restart too, also those whose time came while nobody was there', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  {
    await using store = await openSqliteStore(path);
    await store.create('/soon', bytes('1'), { ttlSeconds: 0.01 });
    await store.create('/later', bytes('1'), { ttlSeconds: 3600 });
    await store.create('/never', bytes('1'));
  }
  await sleep(1100);
  await using store = await openSqliteStore(path);
  const recorder = new Recorder();
  using _watch = store.watch('/', store.currentRevision(), recorder);
  if (await store.get('/soon')) await recorder.until(4);
  t.deepEqual(
    (await store.list('/')).entries.map(({ key }) => key),
    ['/later', '/never'],
  );
});

test('the database and its write-ahead log are readable by their owner only', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  await using store = await openSqliteStore(path);
  await store.create('/a', bytes('secret'));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) t.is((await stat(file)).mode & 0o777, 0o600, file);
});

test('what cannot be opened is said with the path and what to do', async (t) => {
  const directory = await temporaryDirectory(t);
  const opening = async (path: string) => {
    const error = await rejects(t, openSqliteStore(path), 'Unavailable');
    t.true(error.message.includes(path), error.message);
    return error.message;
  };
  t.regex(await opening(join(directory, 'missing', 'store.db')), /no such file|ENOENT/);
  const noise = join(directory, 'noise.db');
  await writeFile(noise, 'this is not a database, whatever its name says'.repeat(100));
  t.regex(await opening(noise), /not a database.*move the file away/);
  t.true((await readFile(noise, 'utf8')).startsWith('this is not'), 'a foreign file is left as it is');
  const foreign = join(directory, 'foreign.db');
  const other = new DatabaseSync(foreign);
  other.exec('CREATE TABLE songs (title TEXT)');
  other.close();
  t.regex(await opening(foreign), /another program's database/);
  const later = join(directory, 'later.db');
  await (await openSqliteStore(later))[Symbol.asyncDispose]();
  const bumped = new DatabaseSync(later);
  bumped.exec('PRAGMA user_version = 99');
  bumped.close();
  t.regex(await opening(later), /later release \(layout 99.*upgrade/);
});

test('a damaged database is said to be damaged', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  {
    await using store = await openSqliteStore(path);
    await Promise.all(Array.from({ length: 500 }, (_, index) => store.create(`/k/${index}`, new Uint8Array(500))));
  }
  const whole = (await stat(path)).size;
  await truncate(path, Math.floor(whole / 2 / 4096) * 4096);
  const error = await rejects(t, openSqliteStore(path), 'Unavailable');
  t.regex(error.message, /damaged: restore/);
});

test('a second writer on the same file is noticed before it does harm', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  await using first = await openSqliteStore(path);
  await first.create('/a', bytes('1'));
  await using second = await openSqliteStore(path);
  await second.create('/b', bytes('1'));
  const error = await rejects(t, first.create('/c', bytes('1')), 'Unavailable');
  t.regex(error.message, /another process writes to it/);
  t.is(text((await first.get('/a'))?.value), '1');
});

test('overwriting one key with compaction keeps the file small, and gives space back', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  const retention = { milliseconds: 0, revisions: 1000 };
  const store = await openSqliteStore(path, { retention });
  const value = new Uint8Array(2000).fill(65);
  let revision = await store.create('/hot', value);
  const overwrite = async (count: number) => {
    for (let round = 0; round < count / 250; round++) {
      const writes = Array.from({ length: 250 }, (_, index) => store.update('/hot', value, revision + index));
      revision = (await Promise.all(writes)).at(-1)!;
    }
  };
  await overwrite(10_000);
  const early = (await stat(path)).size + (await stat(`${path}-wal`)).size;
  await overwrite(40_000);
  const late = (await stat(path)).size + (await stat(`${path}-wal`)).size;
  t.true(store.compactedRevision() > 40_000, `compacted to ${store.compactedRevision()}`);
  t.true(late < Math.max(2 * early, 64 * 1024 * 1024) && late < 50_000 * 2000 * 0.6, `${early} then ${late} bytes`);
  await store[Symbol.asyncDispose]();
  await using again = await openSqliteStore(path);
  t.is(again.currentRevision(), 50_001);
});

test('space that many deleted keys leave is given back to the file system', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  {
    await using store = await openSqliteStore(path);
    const count = 8000;
    const revisions = await Promise.all(
      Array.from({ length: count }, (_, index) => store.create(`/k/${index}`, new Uint8Array(3000))),
    );
    await Promise.all(revisions.map((revision, index) => store.delete(`/k/${index}`, revision)));
    await store.compact(store.currentRevision());
  }
  t.true((await stat(path)).size < 12 * 1024 * 1024, `${(await stat(path)).size} bytes`);
});

test('a copy of the closed file is a whole store: nothing stays in the log', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'store.db');
  {
    await using store = await openSqliteStore(path);
    for (let round = 0; round < 20; round++) await put(store, '/a', String(round));
  }
  const copy = join(directory, 'copy.db');
  await copyFile(path, copy);
  await chmod(copy, 0o600);
  await using store = await openSqliteStore(copy);
  t.is(text((await store.get('/a'))?.value), '19');
});

test('reads of the past go on while the writer is busy, and errors are StoreErrors', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  await using store = await openSqliteStore(path);
  await store.create('/a', bytes('1'));
  const writing = Promise.all(
    Array.from({ length: 2000 }, (_, index) => store.create(`/w/${index}`, new Uint8Array(1000))),
  );
  const reads = Array.from({ length: 20 }, () => store.get('/a', { revision: 0 }));
  t.deepEqual(
    await Promise.all(reads),
    reads.map(() => undefined),
  );
  await writing;
  await t.throwsAsync(store.get('/a', { revision: 99_999 }), { instanceOf: StoreError });
});
