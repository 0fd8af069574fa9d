/** What many objects take: memory, and time at the start. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pssOf, rssOf } from '../processes.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import { perform } from './client.ts';
import { firstList } from './first-list.ts';
import type { MeasuredServer } from './server.ts';
import { openServers, type ApiOptions } from './servers.ts';

const SIZES = [10_000, 100_000];
const WRITERS = 64;
/** For what comes behind a burst: compaction, collections. */
const SETTLE_MS = 15_000;
const START_MS = 120_000;

interface Size {
  /** Megabytes. */
  readonly rss: number;
  readonly pss: number;
}

interface Sizes {
  readonly written: Size;
  readonly started: Size;
  /** From the start of its processes to the first list, milliseconds. */
  readonly starts: readonly number[];
}

export async function benchSizes(options: ApiOptions): Promise<BenchRow[]> {
  await using servers = await openServers({ ...options, hooked: false });
  const { all, signal, turns } = servers;
  const rows: BenchRow[] = [];
  let there = 0;
  for (const size of SIZES.map((full) => full / options.divisor)) {
    const measured: (Sizes & { readonly name: string })[] = [];
    for (const server of all) {
      const { target, name } = server;
      const job = { type: 'objects', verb: 'create', app: 'many', connections: WRITERS, mark: '', target } as const;
      await perform({ ...job, from: there, count: size - there }, signal);
      measured.push({ name, ...(await sizesOf(server, turns, signal)) });
    }
    there = size;
    rows.push(...rowsOf(size, measured));
  }
  return rows;
}

async function sizesOf(server: MeasuredServer, turns: number, signal: AbortSignal): Promise<Sizes> {
  const { target } = server;
  for (const as of ['json', 'table'] as const) await perform({ type: 'lists', target, as, count: 1 }, signal);
  await sleep(SETTLE_MS, undefined, { signal });
  const written = await sizeOf(server);
  const starts: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    await server.stop();
    const begun = performance.now();
    const failed = new AbortController();
    const listed = firstList(target, AbortSignal.any([signal, failed.signal, AbortSignal.timeout(START_MS)]));
    const started = server.start().catch((error: unknown) => failed.abort(error));
    await listed;
    starts.push(performance.now() - begun);
    await started;
  }
  await perform({ type: 'lists', target, as: 'json', count: 1 }, signal);
  await sleep(SETTLE_MS, undefined, { signal });
  return { written, started: await sizeOf(server), starts };
}

async function sizeOf(server: MeasuredServer): Promise<Size> {
  const sum = async (of: (pid: number) => Promise<number>): Promise<number> =>
    (await Promise.all(server.pids().map(of))).reduce((total, one) => total + one, 0) / 1024;
  return { rss: await sum(rssOf), pss: await sum(pssOf) };
}

function rowsOf(size: number, [own, ...others]: readonly (Sizes & { readonly name: string })[]): BenchRow[] {
  const beside = (text: string, value: (sizes: Sizes) => number): string =>
    [text, ...others.map((one) => `${one.name} ${round(value(one))}: ${(value(own!) / value(one)).toFixed(2)} ×`)]
      .filter((part) => part !== '')
      .join('; ');
  const memory = (when: string, of: (sizes: Sizes) => Size): BenchRow => ({
    name: `memory with ${size} ConfigMaps, ${when}`,
    value: round(of(own!).rss),
    unit: 'MB RSS',
    note: beside(`PSS ${round(of(own!).pss)}`, (sizes) => of(sizes).rss),
  });
  const start = (sizes: Sizes): number => median(sizes.starts);
  return [
    memory('after they were written', ({ written }) => written),
    memory('after a start', ({ started }) => started),
    {
      name: `start with ${size} ConfigMaps, to the first list`,
      value: round(start(own!)),
      unit: 'ms',
      note: beside('', start),
    },
  ];
}
