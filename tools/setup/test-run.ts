/**
 * The test run of `npm test`: unit tests, then the suites on real parts, then every failure once more, and one line with the sum.
 * (A log of thousands of lines is often kept by its end alone: what failed has to stand there.)
 *
 * Usage: node tools/setup/test-run.ts [test file or pattern …]
 */
import { glob } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inLanes, ordered } from './lanes.ts';
import { runAva, type AvaRun } from './run-ava.ts';
import { addCounts, noTests } from './test-counts.ts';

const root = join(import.meta.dirname, '../..');
const REAL = ['--config', 'tools/setup/real-suites.ava.config.mjs'];
/** Each file has mounts and a /run of its own, and so sees nothing of what runs beside it when it looks on the machine for what it has left. */
const LANE = ['sh', 'tools/setup/lane.sh'];
const LANES = Math.min(4, Math.max(2, availableParallelism()));
/** Waits for a minute and a half, and does next to nothing meanwhile: runs beside the unit tests when all are run. */
const PATIENT = 'test/chaos/api-connections.test.ts';
/** What takes longest, so that no lane is left alone with it in the end. */
const FIRST = ['test/kubectl/suite', 'test/cli/', 'test/chaos/', 'test/real/buildkit/', 'test/real/daemon/'];
const realFolders = /(^|\/)test\/(real|chaos|kubectl|cli|client-node)(\/|$)/;

let sum = noTests;
const failures: string[] = [];
const times: { readonly file: string; readonly seconds: number }[] = [];

async function main(patterns: readonly string[]): Promise<number> {
  if (patterns.length > 0) await named(patterns);
  else await all();
  for (const each of failures) console.log(each);
  const slowest = times.toSorted((a, b) => b.seconds - a.seconds).slice(0, 8);
  if (slowest.length > 0) {
    console.log(`\nslowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(0)} s`).join(', ')}`);
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

async function named(patterns: readonly string[]): Promise<void> {
  const unit = patterns.filter((each) => !realFolders.test(each));
  const real = patterns.filter((each) => realFolders.test(each));
  if (unit.length > 0) await atOnce('Unit tests', unit);
  if (real.length > 0) await atOnce('Suites on real parts', [...REAL, ...real], LANE);
}

async function all(): Promise<void> {
  const patient = runAva([...REAL, PATIENT], { prefix: LANE });
  await atOnce('Unit tests', []);
  atTheEnd(PATIENT, await patient);
  const files = await Array.fromAsync(glob('test/**/*.test.ts', { cwd: root }));
  console.log(`\nSuites on real parts, ${String(LANES)} at once`);
  const rest = files.filter((file) => realFolders.test(file) && file !== PATIENT);
  await inLanes(ordered(rest, FIRST), LANES, async (file, { number, beside }) => {
    const run = await runAva([...REAL, file], { prefix: LANE });
    times.push({ file, seconds: run.seconds });
    atTheEnd(`${file} (lane ${String(number)}, ${run.seconds.toFixed(0)} s)`, run, beside);
  });
}

async function atOnce(title: string, args: readonly string[], prefix: readonly string[] = []): Promise<void> {
  console.log(`\n${title}`);
  count(title, await runAva(args, { prefix, shown: true }));
}

function atTheEnd(title: string, run: AvaRun, beside?: ReadonlySet<string>): void {
  console.log(`\n${title}\n${run.text}`);
  count(title, run, beside);
}

function count(title: string, { counts, failures: failed }: AvaRun, beside: ReadonlySet<string> = new Set()): void {
  sum = addCounts(sum, counts);
  if (counts.failed === 0) return;
  const others = beside.size === 0 ? '' : `\nbeside ${[...beside].join(', ')}`;
  failures.push(`\nFailed in: ${title}${others}\n${failed}`);
}

process.exitCode = await main(process.argv.slice(2));
