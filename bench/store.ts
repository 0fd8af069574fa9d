/**
 * The store alone, without the API on top: durable writes per second by writers, beside bare SQLite commits of the same rows on the
 * same disk in the same run; start-up with 100,000 objects; memory.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bareCommits, bareDatabase } from './bare-sqlite.ts';
import type { BenchRow } from './row.ts';
import { median } from './statistics.ts';
import { openSqliteStore } from '../api/store/sqlite.ts';
import type { Store } from '../api/store/store.ts';

const VALUE = Buffer.alloc(1000, 'x');
const OBJECTS = 100_000;

/** Turns of a comparison, and writes of each writer in one. */
const TURNS = 9;
const ROUNDS = 50;

const MEMORY_PROGRAM = new URL('./store-memory.ts', import.meta.url).pathname;

interface Opened {
  readonly objects: number;
  readonly opened: number;
  readonly longest: number;
  readonly before: number;
  readonly after: number;
}

/** Needs about 300 MB in the temporary directory; takes about half a minute. */
export async function benchStore(): Promise<BenchRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tsm-bench-'));
  try {
    const rows: BenchRow[] = [];
    for (const writers of [1, 16, 64]) rows.push(...(await writeRows(directory, writers)));
    return [...rows, ...(await startRows(directory))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Both in turns, so that whatever else the machine does hits both; medians of the turns. */
async function writeRows(directory: string, writers: number): Promise<BenchRow[]> {
  using bare = bareDatabase(join(directory, `bare-${writers}.db`));
  await using store = await openSqliteStore(join(directory, `store-${writers}.db`));
  await store.create('/warm', VALUE);
  const turns: { readonly bare: number; readonly ours: number }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    turns.push({ bare: bareCommits(bare, VALUE, writers, ROUNDS), ours: await storeWrites(store, writers, turn) });
  }
  const floor = median(turns.map((turn) => turn.bare));
  const ratio = median(turns.map((turn) => turn.ours / turn.bare));
  return [
    {
      name: `store writes, ${writers} writer${writers > 1 ? 's' : ''}`,
      value: Math.round(median(turns.map((turn) => turn.ours))),
      unit: 'writes/s',
      note: `${ratio.toFixed(2)} of bare sqlite in batches of ${writers} (${Math.round(floor)}/s)`,
    },
  ];
}

/** Each writer waits for its write before the next one. */
async function storeWrites(store: Store, writers: number, turn: number): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let round = 0; round < ROUNDS; round++)
        await store.create(`/bench/things/${writer}%name-${turn}-${round}`, VALUE);
    }),
  );
  return (writers * ROUNDS * 1000) / (performance.now() - start);
}

async function startRows(directory: string): Promise<BenchRow[]> {
  const empty = await openInProcess(join(directory, 'empty.db'));
  const path = join(directory, 'many.db');
  await fill(path);
  const many = await openInProcess(path);
  const payload = (OBJECTS * VALUE.length) / 1e6;
  return [
    { name: 'store start, empty', value: Math.round(empty.opened), unit: 'ms' },
    {
      name: 'store memory, empty',
      value: Math.round((empty.after - empty.before) / 1024),
      unit: 'MB PSS',
      note: 'beyond bare node',
    },
    {
      name: 'store start, 100,000 objects',
      value: Math.round(many.opened),
      unit: 'ms',
      note: `event loop held ${many.longest.toFixed(1)} ms at most`,
    },
    {
      name: 'store memory, 100,000 objects',
      value: Math.round((many.after - many.before) / 1024),
      unit: 'MB PSS',
      note: `${payload} MB of it are the values, shared with the watch caches`,
    },
  ];
}

async function fill(path: string): Promise<void> {
  await using store = await openSqliteStore(path);
  for (let batch = 0; batch < OBJECTS / 1000; batch++) {
    const names = Array.from({ length: 1000 }, (_, index) => `/bench/things/ns-${batch}%name-${index}`);
    await Promise.all(names.map((name) => store.create(name, VALUE)));
  }
}

async function openInProcess(path: string): Promise<Opened> {
  const { stdout } = await promisify(execFile)(process.execPath, [MEMORY_PROGRAM, path]);
  return JSON.parse(stdout) as Opened;
}
