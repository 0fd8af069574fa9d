/** The same work on every server, in turns, so that whatever else the machine does hits all of them. */
import { cpuOf } from '../processes.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { LoopDelay } from '../daemon-process.ts';
import type { PreparedJob } from './client.ts';
import type { MeasuredServer } from './server.ts';
import type { Servers } from './servers.ts';

export interface Work {
  readonly name: string;
  /** What is counted: requests a second, or milliseconds of one. */
  readonly unit: string;
  /** What is more is better for rates; the value of other work is the middle of its single times. */
  readonly isRate: boolean;
  /** Requests or events in one turn. */
  readonly count: number;
  /** Gets it ready on a server, connections and all, which is not measured; turn 0 only warms up. */
  readonly prepare: (server: MeasuredServer, turn: number) => Promise<PreparedJob>;
}

/** Medians over the turns. */
interface Measured {
  /** Requests a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server for one request, milliseconds. */
  readonly cpu: number;
  /** Watches that the server ended, and that were opened again where they had come to. */
  readonly resumed: number;
}

/** One row: what ours did, beside the others. */
export async function compare({ all, ours, turns, signal }: Servers, work: Work): Promise<BenchRow> {
  const measured = all.map((server) => ({ server, turns: [] as Measured[] }));
  for (let turn = 0; turn <= turns; turn++) {
    for (const { server, turns } of measured) {
      signal.throwIfAborted();
      const one = await once(server, work, turn);
      if (turn > 0) turns.push(one);
    }
  }
  const delay = await loopDelayOf(ours, work, turns + 1);
  const [own, ...others] = measured.map(({ server, turns }) => ({ name: server.name, ...middle(turns) }));
  const value = (one: Measured): number => (work.isRate ? one.rate : one.p50);
  return {
    name: work.name,
    value: round(value(own!), digitsOf(value(own!))),
    unit: work.unit,
    note: [
      timesOf(own!),
      ...(delay === undefined ? [] : [`event loop p99 ${round(delay.p99, 1)}, max ${round(delay.max, 1)} ms`]),
      ...others.map((other) => {
        const ratio = work.isRate ? value(own!) / value(other) : value(other) / value(own!);
        return `${other.name} ${round(value(other), digitsOf(value(other)))} (${timesOf(other)}): ${ratio.toFixed(2)} ×`;
      }),
    ].join('; '),
  };
}

async function once(server: MeasuredServer, { count, prepare }: Work, turn: number): Promise<Measured> {
  await using job = await prepare(server, turn);
  const before = await cpuOfAll(server);
  const { milliseconds, p50, p99, resumed = 0 } = await job.run();
  const cpu = ((await cpuOfAll(server)) - before) * 1000;
  return { rate: (count * 1000) / milliseconds, p50, p99, cpu: cpu / count, resumed };
}

async function loopDelayOf(server: MeasuredServer, { prepare }: Work, turn: number): Promise<LoopDelay | undefined> {
  if (server.loopDelay === undefined) return undefined;
  await using job = await prepare(server, turn);
  return await server.loopDelay(async () => void (await job.run()));
}

async function cpuOfAll(server: MeasuredServer): Promise<number> {
  return (await Promise.all(server.pids().map(cpuOf))).reduce((sum, one) => sum + one, 0);
}

function middle(turns: readonly Measured[]): Measured {
  const of = (key: keyof Measured): number => median(turns.map((turn) => turn[key]));
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu'), resumed: of('resumed') };
}

const digitsOf = (value: number): number => (value < 10 ? 2 : value < 100 ? 1 : 0);

const timesOf = ({ p50, p99, cpu, resumed }: Measured): string =>
  `p50 ${shown(p50)}, p99 ${shown(p99)} ms, ${cpu.toFixed(3)} ms of processor each` +
  (resumed > 0 ? `, ${resumed} watches cut off and opened again` : '');

const shown = (value: number): string => value.toFixed(digitsOf(value));
