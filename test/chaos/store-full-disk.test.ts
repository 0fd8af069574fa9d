import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { openSqliteStore } from '../../api/store/sqlite.ts';
import { StoreError } from '../../api/store/store.ts';
import type { Store } from '../../api/store/store.ts';
import { temporaryDirectory } from '../api/store/directory.ts';
import { bytes, Recorder, rejects, text } from '../suites/store/harness.ts';

const root = process.getuid?.() === 0;
const maybe = root ? test : test.skip;
const suffix = root ? '' : ' (skipped: mounting a tmpfs needs root)';

/** A file system of that many bytes, unmounted when the test is over. */
async function smallDisk(t: ExecutionContext, size: string): Promise<string> {
  const directory = await temporaryDirectory(t);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tsmoby-test', directory]);
  if (mounted.status !== 0) throw new Error(`mount: ${mounted.stderr.toString()}`);
  t.teardown(() => void spawnSync('umount', ['-l', directory]));
  return directory;
}

/** Writes until the store refuses; returns the keys that were acknowledged and the refusal. */
async function fill(store: Store): Promise<{ readonly keys: string[]; readonly error: StoreError }> {
  const keys: string[] = [];
  for (let index = 0; ; index++) {
    const key = `/fill/${String(index).padStart(5, '0')}`;
    try {
      await store.create(key, Buffer.alloc(20_000, 65));
      keys.push(key);
    } catch (error) {
      if (error instanceof StoreError) return { keys, error };
      throw error;
    }
  }
}

maybe(
  `on a full disk writes are refused with what to do, reads go on, and writes work again once there is room${suffix}`,
  async (t) => {
    const directory = await smallDisk(t, '6m');
    const ballast = join(directory, 'ballast');
    await writeFile(ballast, Buffer.alloc(2_000_000));
    const path = join(directory, 'store.db');
    await using store = await openSqliteStore(path);
    await store.create('/a', bytes('1'));
    await store.update('/a', bytes('2'), 1);
    const recorder = new Recorder();
    using _watch = store.watch('/', 2, recorder);

    const { keys, error } = await fill(store);
    t.is(error.code, 'Unavailable');
    t.regex(error.message, /no space is left on its file system: free some/);
    t.true(error.message.includes(path));
    t.true(keys.length > 20);

    const revision = store.currentRevision();
    t.is(revision, 2 + keys.length);
    await rejects(t, store.update('/a', Buffer.alloc(500_000), 2), 'Unavailable');
    await rejects(t, store.create('/b', Buffer.alloc(500_000)), 'Unavailable');
    t.is(text((await store.get('/a'))?.value), '2');
    t.is(text((await store.get('/a', { revision: 1 }))?.value), '1', 'the past can be read as well');
    t.is(await store.get('/b'), undefined);
    t.is((await store.list('/fill/')).entries.length, keys.length);

    await rm(ballast);
    t.is(await store.create('/b', bytes('1')), revision + 1, 'the refused write took no revision');
    t.is(await store.update('/a', bytes('3'), 2), revision + 2, 'heads were rolled back');
    t.deepEqual(
      recorder.revisions,
      Array.from({ length: keys.length + 2 }, (_, index) => index + 3),
    );

    await store[Symbol.asyncDispose]();
    await using again = await openSqliteStore(path);
    t.is(again.currentRevision(), revision + 2);
    t.deepEqual(
      (await again.list('/fill/')).entries.map(({ key }) => key),
      keys,
    );
  },
);

maybe(`a store cannot be made on a full disk, and says so${suffix}`, async (t) => {
  const directory = await smallDisk(t, '64k');
  await writeFile(join(directory, 'ballast'), Buffer.alloc(60_000));
  const error = await rejects(t, openSqliteStore(join(directory, 'store.db')), 'Unavailable');
  t.regex(error.message, /cannot open it: .*(full|I\/O)/);
});
