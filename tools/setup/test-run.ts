/**
 * The test run of `npm test`: unit tests, then the suites on real parts, then every failure once more, and one line with the sum.
 * (A log of thousands of lines is often kept by its end alone: what failed has to stand there.)
 *
 * Usage: node tools/setup/test-run.ts [test file or pattern …]
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addCounts, countTests, failuresIn, noTests, type TestCounts } from './test-counts.ts';

const root = join(import.meta.dirname, '../..');
const REAL = ['--config', 'tools/setup/real-suites.ava.config.mjs'];
/** Waits for a minute and a half, and does next to nothing meanwhile: runs beside the unit tests when all are run. */
const PATIENT = 'test/chaos/api-connections.test.ts';
/**
 * Run beside the others when all are run. They start neither daemons nor containerd, and have directories, processes and network namespaces of
 * their own: nothing that they do is seen by the others, whose leaks are looked for on the whole machine.
 */
const APART = [
  'test/chaos/api-{overload,watchers}.test.ts',
  'test/chaos/store-*.test.ts',
  'test/real/{firewall,host,logd,netd,network,publications,volumes}/**/*.test.ts',
];
const failures: string[] = [];
const realFolders = /(^|\/)test\/(real|chaos|kubectl|cli|client-node)(\/|$)/;

async function main(patterns: readonly string[]): Promise<number> {
  const unit = patterns.filter((each) => !realFolders.test(each));
  const real = patterns.filter((each) => realFolders.test(each));
  const all = patterns.length === 0;
  const patient = all ? ava(PATIENT, [...REAL, PATIENT], 'at the end') : Promise.resolve(noTests);
  let sum = noTests;
  if (all || unit.length > 0) sum = addCounts(sum, await ava('Unit tests', unit));
  sum = addCounts(sum, await patient);
  if (all || real.length > 0) {
    const apart = all ? ava('Suites on real parts that stand apart', [...REAL, ...APART], 'at the end') : noTests;
    const chosen = all ? ['test/**/*.test.ts', ...[PATIENT, ...APART].map((each) => `!${each}`)] : real;
    sum = addCounts(sum, await ava('Suites on real parts', [...REAL, ...chosen]));
    sum = addCounts(sum, await apart);
  }
  for (const each of failures) console.log(each);
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

/** Runs ava, passes its output through, and counts what it reports. */
async function ava(
  title: string,
  args: readonly string[],
  shown: 'at once' | 'at the end' = 'at once',
): Promise<TestCounts> {
  if (shown === 'at once') console.log(`\n${title}`);
  const program = join(root, 'node_modules/.bin/ava');
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm ci`);
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (shown === 'at once') process.stdout.write(text);
    report += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (shown === 'at the end') console.log(`\n${title}\n${report}`);
  const counts = countTests(report, code);
  if (counts.failed > 0) failures.push(`\nFailed in: ${title}\n${failuresIn(report)}`);
  return counts;
}

process.exitCode = await main(process.argv.slice(2));
