import test from 'ava';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveLog } from '../../../runtime/build-logs/live-log.ts';
import { readLog } from '../../../runtime/build-logs/read-log.ts';
import { makeFolder } from '../../support/interruption.ts';

test('who stops following while the file is read is let go at once', async (t) => {
  const folder = await makeFolder('/tmp/tsm-log-');
  try {
    const path = join(folder, 'log');
    await writeFile(path, '');
    const stop = new AbortController();
    // It says that there is more than can be read, so that the reader is at the file, and then that nothing changes.
    const live = {
      ended: false,
      get written() {
        queueMicrotask(() => stop.abort());
        return 10;
      },
      changed: new Promise<void>(() => undefined),
    } as unknown as LiveLog;
    t.deepEqual(await Array.fromAsync(readLog(path, live, { follow: true, signal: stop.signal })), []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
