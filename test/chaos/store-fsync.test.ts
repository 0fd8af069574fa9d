import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { temporaryDirectory } from '../api/store/directory.ts';

const traced = spawnSync('strace', ['-V']).status === 0;
const maybe = traced ? test : test.skip;

/** `strace -f -y` writes one line for each system call with the path behind each descriptor. */
const WAL_WRITE = /pwrite64\(\d+<[^>]*-wal>/;
const WAL_SYNC = /f(data)?sync\(\d+<[^>]*-wal>.*= 0/;
const ACKNOWLEDGED = /write\(1<[^>]*>, "\d+ \//;

maybe(
  `the kernel sees the fsync of a write's log before its acknowledgement leaves${traced ? '' : ' (skipped: strace is not installed)'}`,
  async (t) => {
    t.timeout(600_000);
    const directory = await temporaryDirectory(t);
    const log = join(directory, 'trace');
    const worker = new URL('../../api/store/sqlite/worker.ts', import.meta.url).href;
    const writer = new URL('./store/writer.ts', import.meta.url).pathname;
    const calls = ['-f', '-y', '-e', 'trace=pwrite64,fsync,fdatasync,write', '-o', log];
    const program = [process.execPath, writer, join(directory, 'store.db'), '1', '1', worker];
    const child = spawn('strace', [...calls, ...program], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    t.teardown(() => {
      if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, 'SIGKILL');
    });
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.resume();
    await sleep(500);
    process.kill(-child.pid!, 'SIGKILL');
    await closed;
    const acknowledged = countDurable(await readFile(log, 'utf8'));
    t.log(`${acknowledged.length} acknowledgements`);
    t.true(acknowledged.length > 10);
    t.deepEqual(
      acknowledged.filter((line) => !line.durable),
      [],
    );
  },
);

/** For each acknowledgement: was there a log write since the one before, and an fsync behind the last log write? */
function countDurable(trace: string): { readonly line: string; readonly durable: boolean }[] {
  const found: { line: string; durable: boolean }[] = [];
  let written = false;
  let synced = false;
  for (const line of trace.split('\n')) {
    if (WAL_WRITE.test(line)) {
      written = true;
      synced = false;
    } else if (WAL_SYNC.test(line)) synced = true;
    else if (ACKNOWLEDGED.test(line)) {
      found.push({ line, durable: written && synced });
      written = false;
    }
  }
  return found;
}
