/** Names of containers: how fast, and how many a second, are answered inside containers; ours beside others', all asked by one program. */
import { fileURLToPath } from 'node:url';
import { openContestants, type Contestant } from '../contestants.ts';
import type { BenchRow } from '../row.ts';
import { run } from '../run.ts';
import { median, round } from '../statistics.ts';
import type { World } from '../world.ts';
import type { DnsReport } from './dns-client.ts';
import { inside } from './namespace.ts';

const CLIENT = fileURLToPath(new URL('./dns-client.ts', import.meta.url));
/** Asked for by the containers that come after it. */
const NAME = 'bench-0';
/** Containers that ask at the same time: one alone may not ask as much as it likes. */
const ASKERS = 4;
const AT_ONCE = 16;

export interface NamesOptions {
  readonly turns: number;
  readonly seconds: number;
}

interface Measured {
  readonly contestant: Contestant;
  /** One question after the other, from one container; a report a turn. */
  readonly single: DnsReport[];
  /** Many at once from several containers. */
  readonly many: DnsReport[];
}

/** Needs the image in a world with a network of its own. Leaves no container. */
export async function benchNames(world: World, { turns, seconds }: NamesOptions): Promise<BenchRow[]> {
  await using opened = await openContestants(world);
  const measured = opened.contestants.map((contestant): Measured => ({ contestant, single: [], many: [] }));
  for (const { contestant } of measured) await contestant.peer.start(ASKERS + 1);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { contestant, single, many } of measured) {
      world.signal.throwIfAborted();
      single.push(await ask(contestant, 1, seconds, 1));
      const askers = Array.from({ length: ASKERS }, (_, index) => ask(contestant, index + 1, seconds, AT_ONCE));
      many.push(together(await Promise.all(askers)));
    }
  }
  for (const { contestant } of measured) await contestant.peer.clear();
  return [...measured.flatMap(rowsOf), ...opened.missing];
}

async function ask({ peer }: Contestant, index: number, seconds: number, atOnce: number): Promise<DnsReport> {
  const root = `/proc/${await peer.pidOf(index)}`;
  const words = [CLIENT, `${root}/root/etc/resolv.conf`, NAME, String(seconds), String(atOnce)];
  return JSON.parse(await run(...inside(`${root}/ns/net`, process.execPath, words))) as DnsReport;
}

/** Of those who asked at the same time; times are the worst of theirs. */
function together(reports: readonly DnsReport[]): DnsReport {
  const sum = (of: (report: DnsReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const worst = (of: (report: DnsReport) => number): number => Math.max(...reports.map(of));
  return {
    answers: sum(({ answers }) => answers),
    seconds: worst(({ seconds }) => seconds),
    failures: sum(({ failures }) => failures),
    p50: worst(({ p50 }) => p50),
    p99: worst(({ p99 }) => p99),
  };
}

function rowsOf({ contestant, single, many }: Measured): BenchRow[] {
  const name = contestant.peer.name.replace(/[ ,].*/, '');
  const middle = (reports: readonly DnsReport[], of: (report: DnsReport) => number): number => median(reports.map(of));
  const tail = (reports: readonly DnsReport[]): string => {
    const failures = reports.reduce((total, report) => total + report.failures, 0);
    return `p99 ${round(
      middle(reports, ({ p99 }) => p99),
      2,
    )} ms, ${failures} failed`;
  };
  return [
    {
      name: `names: ${name}, one at a time`,
      value: round(
        middle(single, ({ p50 }) => p50),
        3,
      ),
      unit: 'ms',
      note: `p50; ${tail(single)}`,
    },
    {
      name: `names: ${name}, ${ASKERS} containers × ${AT_ONCE} at once`,
      value: round(middle(many, ({ answers, seconds }) => answers / seconds)),
      unit: 'answers/s',
      note: `p50 ${round(
        middle(many, ({ p50 }) => p50),
        2,
      )} ms, ${tail(many)}`,
    },
  ];
}
