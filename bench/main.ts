/**
 * Measures tsmoby on this machine: `npm run bench [-- --only ROW] [--quick] [--json]`; see docs/bench.md for the rows. Needs root,
 * containerd, runc and busybox-static; everything that it makes is removed, also when it fails or is interrupted.
 */
import { parseArgs } from 'node:util';
import { benchCommand } from './api/command.ts';
import { benchLists } from './api/lists.ts';
import { benchReads } from './api/reads.ts';
import type { ApiOptions } from './api/servers.ts';
import { benchSizes } from './api/sizes.ts';
import { benchWatches } from './api/watches.ts';
import { benchWrites } from './api/writes.ts';
import { benchBuilds, type BuildSizes } from './builds/rows.ts';
import { benchJobs, type JobSizes } from './ci/jobs.ts';
import { loadImage, startContainers, startModel } from './containers.ts';
import { openFloor } from './floor.ts';
import { benchIdle } from './idle.ts';
import { benchNetwork, NETWORK_ROWS, type NetworkSizes } from './network/rows.ts';
import { benchPeers } from './peers.ts';
import { benchRecovery } from './recovery.ts';
import type { BenchRow } from './row.ts';
import { benchStart } from './start.ts';
import { benchStore } from './store.ts';
import { SYNC_ROWS, type SyncSizes } from './sync/rows.ts';
import { table } from './table.ts';
import { openWorld } from './world.ts';

const API_ROWS = {
  writes: benchWrites,
  reads: benchReads,
  lists: benchLists,
  watches: benchWatches,
  sizes: benchSizes,
  command: benchCommand,
} as const satisfies Record<string, (options: ApiOptions) => Promise<BenchRow[]>>;

const ROWS = [
  'start',
  'idle',
  'recovery',
  'peers',
  ...(Object.keys(NETWORK_ROWS) as (keyof typeof NETWORK_ROWS)[]),
  ...(Object.keys(API_ROWS) as (keyof typeof API_ROWS)[]),
  'store',
  'builds',
  ...(Object.keys(SYNC_ROWS) as (keyof typeof SYNC_ROWS)[]),
  'ci-5',
] as const;
type Row = (typeof ROWS)[number];

interface Sizes extends NetworkSizes, BuildSizes, SyncSizes, JobSizes {
  /** Divides how much the rows about the API do. */
  readonly divisor: number;
}

const FULL: Sizes = {
  count: 50,
  many: 200,
  turns: 3,
  kills: 21,
  idleSeconds: 30,
  asking: 5,
  replacements: 10,
  divisor: 1,
  buildTurns: 7,
  buildContext: { files: 2000, megabytes: 50 },
  sentMegabytes: 1024,
  passes: 1000,
  saves: 100,
  containerSaves: 20,
  syncedFiles: 5000,
  pushes: 20,
  jobTurns: 5,
};
/** As a program that SIGINT ended. */
const INTERRUPTED = 130;

const QUICK: Sizes = {
  count: 10,
  many: 20,
  turns: 1,
  kills: 5,
  idleSeconds: 5,
  asking: 2,
  replacements: 3,
  divisor: 10,
  buildTurns: 2,
  buildContext: { files: 200, megabytes: 5 },
  sentMegabytes: 128,
  passes: 100,
  saves: 10,
  containerSaves: 3,
  syncedFiles: 500,
  pushes: 5,
  jobTurns: 2,
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      node: { type: 'string', multiple: true, default: [] },
    },
  });
  const only = values.only ?? ROWS;
  const unknown = only.find((row) => !ROWS.includes(row as Row));
  if (unknown !== undefined) {
    console.error(`there is no row "${unknown}": ${ROWS.join(', ')}`);
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const wanted = new Set(only as readonly Row[]);
  const rows: BenchRow[] = [];
  const print = (): void => console.log(values.json ? JSON.stringify(rows, undefined, 2) : table(rows));
  try {
    const plan = { wanted, sizes: values.quick ? QUICK : FULL, nodeFlags: values.node, signal: stop.signal };
    for await (const some of measure(plan)) rows.push(...some);
    print();
    return 0;
  } catch (error) {
    // what took so long is not lost
    if (rows.length > 0) print();
    if (!stop.signal.aborted) throw error;
    console.error('interrupted; everything is removed');
    return INTERRUPTED;
  }
}

interface Plan {
  readonly wanted: ReadonlySet<Row>;
  readonly sizes: Sizes;
  readonly nodeFlags: readonly string[];
  readonly signal: AbortSignal;
}

async function* measure(plan: Plan): AsyncGenerator<BenchRow[]> {
  const { wanted, sizes, nodeFlags, signal } = plan;
  if (wanted.has('start') || wanted.has('idle') || wanted.has('recovery')) yield await containerRows(plan);
  if (wanted.has('peers')) {
    await using world = await openWorld({ hooked: false, nodeFlags, signal });
    await loadImage(world);
    yield await benchPeers(world, sizes);
  }
  for (const row of Object.keys(NETWORK_ROWS) as (keyof typeof NETWORK_ROWS)[]) {
    if (wanted.has(row)) yield await benchNetwork(row, sizes, { nodeFlags, signal });
  }
  for (const [row, bench] of Object.entries(API_ROWS)) {
    if (wanted.has(row as Row)) yield await bench({ turns: sizes.turns, divisor: sizes.divisor, nodeFlags, signal });
  }
  signal.throwIfAborted();
  if (wanted.has('store')) yield await benchStore();
  if (wanted.has('builds')) yield* benchBuilds(sizes, { nodeFlags, signal });
  for (const [row, bench] of Object.entries(SYNC_ROWS)) {
    if (wanted.has(row as Row)) yield await bench(sizes, { nodeFlags, signal });
  }
  if (wanted.has('ci-5')) {
    await using world = await openWorld({ hooked: false, nodeFlags, signal });
    yield await benchJobs(world, sizes);
  }
}

/** On one daemon: starts, then rest with containers running, then deaths. */
async function containerRows({ wanted, sizes, nodeFlags, signal }: Plan): Promise<BenchRow[]> {
  const { count, turns, kills, idleSeconds } = sizes;
  const rows: BenchRow[] = [];
  await using world = await openWorld({ hooked: false, nodeFlags, signal });
  const { client } = world.daemon;
  await loadImage(world);
  await startModel(client);
  await using floor = await openFloor(world);
  if (wanted.has('start')) rows.push(...(await benchStart(world, floor, { count, turns })));
  if (!wanted.has('idle') && !wanted.has('recovery')) return rows;
  await startContainers(client, count - 1);
  if (wanted.has('idle')) rows.push(...(await benchIdle(world, { count, seconds: idleSeconds })));
  if (wanted.has('recovery')) {
    await floor.start(1, 1);
    rows.push(...(await benchRecovery(world, floor, Math.min(kills, count - 1))));
  }
  return rows;
}

process.exitCode = await main();
