/**
 * The kubectl suite on its own, against any cluster; prints TAP 14 and exits with 1 when a case failed, 2 when it could not run.
 *
 * Usage: node test/kubectl/main.ts --kubeconfig FILE [--kubectl BIN] [--filter REGEXP] [--jobs N] [--archive FILE] [--list]
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { groups } from './cases/index.ts';
import { openCluster } from './suite/cluster.ts';
import { namedCases, startSuite, type RunningCase } from './suite/run-suite.ts';
import { tapHeader, tapLine } from './suite/tap.ts';

const usage =
  'usage: node test/kubectl/main.ts --kubeconfig FILE [--kubectl BIN] [--filter REGEXP] [--jobs N] [--archive FILE] [--list]';

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubeconfig: { type: 'string' },
      kubectl: { type: 'string', default: 'kubectl' },
      filter: { type: 'string', default: '' },
      jobs: { type: 'string', default: '4' },
      archive: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  const cases = namedCases(groups, new RegExp(values.filter, 'i'));
  if (values.list) {
    for (const { title } of cases) console.log(title);
    return 0;
  }
  const jobs = Number(values.jobs);
  if (values.kubeconfig === undefined || !Number.isInteger(jobs) || jobs < 1) throw new Error(usage);
  const interrupted = new AbortController();
  // Again and again, since npm and timeout(1) pass on what the terminal has sent to all: what the run has made is taken away.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => interrupted.abort(new Error(name)));
  }
  await using cluster = await openCluster(
    {
      binary: values.kubectl.includes('/') ? resolve(values.kubectl) : values.kubectl,
      kubeconfig: resolve(values.kubeconfig),
      outlivesCtrlC: true,
      ...(values.archive === undefined ? {} : { archive: values.archive }),
    },
    interrupted.signal,
  );
  console.log(`# kubectl ${cluster.version}, server ${cluster.serverVersion}`);
  const suite = startSuite(cases, cluster, { jobs, signal: interrupted.signal });
  try {
    return await report(suite.cases);
  } finally {
    await suite.ended;
  }
}

async function report(cases: readonly RunningCase[]): Promise<number> {
  process.stdout.write(tapHeader(cases.length));
  const counts = { passed: 0, skipped: 0, failed: 0 };
  for (const [index, { title, result }] of cases.entries()) {
    const found = await result;
    counts[found.outcome]++;
    process.stdout.write(tapLine(index + 1, title, found));
  }
  console.log(`# ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.log(`Bail out! ${(error as Error).message.split('\n')[0] ?? ''}`);
  console.error((error as Error).message);
  process.exitCode = 2;
}
