/**
 * A process of its own that opens a store and says what it costs: `node store-memory.ts <database>` prints the store's
 * opening time in milliseconds, the longest hold of the event loop meanwhile, and PSS in kB before and after.
 */
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

async function pss(): Promise<number> {
  const rollup = await readFile('/proc/self/smaps_rollup', 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]);
}

const { openSqliteStore } = await import('../api/store/sqlite.ts');
await sleep(100);
const before = await pss();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const start = performance.now();
await using store = await openSqliteStore(process.argv[2] ?? '');
const opened = performance.now() - start;
delay.disable();
await sleep(100);
const { entries } = await store.list('');
process.stdout.write(
  JSON.stringify({ objects: entries.length, opened, longest: delay.max / 1e6, before, after: await pss() }),
);
