/** Asks one address again and again, in the network namespace where it stands: `node load-program.ts URL RATE`. Prints a LoadSummary when its input ends. */
import { once } from 'node:events';
import { startLoad } from '../../test/support/daemon/load.ts';

export interface LoadSummary {
  readonly answered: number;
  readonly seconds: number;
  readonly failures: readonly string[];
  readonly answers: readonly string[];
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** The longest time in which nothing was answered, milliseconds. */
  readonly silence: number;
}

/** So many answers may be out: five seconds of them, which is more than any replacement is to take. */
const SECONDS_OUT = 5;

const [url = '', rate = ''] = process.argv.slice(2);
const load = startLoad(url, { rate: Number(rate), maxOpen: Number(rate) * SECONDS_OUT });
process.stdin.resume();
await once(process.stdin, 'end');
const { answered, seconds, failures, answers, times, silence } = await load.end();
const sorted = times.toSorted((a, b) => a - b);
const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
const summary: LoadSummary = {
  answered,
  seconds,
  failures,
  answers: [...answers],
  p50: at(0.5),
  p99: at(0.99),
  longest: sorted.at(-1) ?? 0,
  silence,
};
console.log(JSON.stringify(summary));
