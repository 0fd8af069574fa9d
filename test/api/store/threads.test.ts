import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { packRecords, unpackRecords } from '../../../api/store/sqlite/records.ts';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { bytes, rejects, text } from '../../suites/store/harness.ts';
import { temporaryDirectory } from './directory.ts';

test('records cross as one exact buffer and come out as they went in', (t) => {
  const records = [
    {
      revision: 2 ** 53 - 1,
      createRevision: 1,
      expiresAt: 1_800_000_000_000.5,
      key: bytes('/ä'),
      value: bytes('value'),
    },
    { revision: 2, createRevision: 0, expiresAt: 0, key: bytes('/gone'), value: undefined },
    { revision: 3, createRevision: 3, expiresAt: 0, key: bytes('/empty'), value: new Uint8Array() },
  ];
  const packed = packRecords(records);
  t.is(packed.byteLength, 4 + 3 * 32 + 3 + 5 + 5 + 6);
  t.deepEqual(unpackRecords(packed), records);
  t.deepEqual(unpackRecords(packRecords([])), []);
});

/** A worker that is the real one, but dies when asked to commit a value that says so, before or after the real commit. */
const DYING_WORKER = (real: string) => `
  import { parentPort } from 'node:worker_threads';
  import { unpackRecords } from ${JSON.stringify(new URL('../../../api/store/sqlite/records.ts', import.meta.url).href)};
  const on = parentPort.on.bind(parentPort);
  const answer = parentPort.postMessage.bind(parentPort);
  let dying = false;
  parentPort.postMessage = (...args) => (dying ? process.exit(1) : answer(...args));
  parentPort.on = (name, listener) => on(name, (message) => {
    if (message?.operation === 'commit') {
      const said = unpackRecords(message.ask.records).map(({ value }) => Buffer.from(value ?? '').toString()).join();
      if (said.includes('die before')) process.exit(1);
      dying = said.includes('die after');
    }
    listener(message);
  });
  await import(${JSON.stringify(real)});
`;

test('a writing thread that dies is replaced, and the file tells whether its last batch is there', async (t) => {
  const directory = await temporaryDirectory(t);
  const worker = join(directory, 'worker.mjs');
  await writeFile(worker, DYING_WORKER(new URL('../../../api/store/sqlite/worker.ts', import.meta.url).href));
  await using store = await openSqliteStore(join(directory, 'store.db'), { workerUrl: pathToFileURL(worker) });
  await store.create('/a', bytes('1'));
  await rejects(t, store.create('/b', bytes('die before the commit')), 'Unavailable');
  t.is(text((await store.get('/a'))?.value), '1');
  t.is(await store.create('/c', bytes('1')), 2, 'the next write starts another thread');
  t.is(await store.create('/d', bytes('die after the commit')), 3, 'it is in the file, so it is acknowledged');
  t.is(await store.update('/d', bytes('2'), 3), 4);
  t.deepEqual(
    (await store.list('/')).entries.map(({ key }) => key),
    ['/a', '/c', '/d'],
  );
});
