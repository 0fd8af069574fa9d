/**
 * Every case, by each real kubectl there is, over the kubeconfig that a daemon of its own writes. Cases of one kubectl run side by
 * side; their tests only wait for them.
 */
import test from 'ava';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { whenInterrupted } from '../support/interruption.ts';
import { groups } from './cases/index.ts';
import { openCluster } from './suite/cluster.ts';
import { findKubectls, type FoundKubectl } from './suite/kubectls.ts';
import { whySkipped, type Result } from './suite/run-case.ts';
import { namedCases, startSuite } from './suite/run-suite.ts';

/** More than there are cores: a kubectl waits as often as it works. */
const JOBS = 4;

const open = new AsyncDisposableStack();
const interrupted = new AbortController();
let daemon: TestDaemon;
let endAll: (() => Promise<void>) | undefined;

test.before('the daemon starts', async () => {
  daemon = open.use(await startTestDaemon({ listen: ['https://127.0.0.1:0'] }));
  // after the daemon's own, which thus comes later: clusters are disposed while it answers
  endAll = whenInterrupted(async () => {
    interrupted.abort(new Error('the tests are over'));
    await open.disposeAsync();
  });
  await buildBusyboxArchive({ output: archiveOf(daemon), name: 'busybox:latest' });
});

test.after.always('nothing is left on the machine', async () => {
  await endAll?.();
});

const { found, missing } = findKubectls(process.env['PATH'] ?? '');

test(`the suite runs with ${found.map(({ version }) => `kubectl ${version}`).join(' and ')}`, (t) => {
  for (const each of missing) t.log(`NOT TESTED: ${each}`);
  t.not(found.length, 0, 'there is no kubectl at all: the set-up of npm test says why');
});

for (const kubectl of found) {
  const offers = new Set(['tsmoby', 'containers'] as const);
  const cases = namedCases(groups).filter((each) => whySkipped(each.case, { offers, ...kubectl }) === undefined);
  let results: Promise<ReadonlyMap<string, Promise<Result>>> | undefined;
  for (const { title } of cases) {
    test(`kubectl ${kubectl.version}: ${title}`, async (t) => {
      results ??= start(kubectl, cases);
      const result = await (await results).get(title);
      if (result?.outcome === 'passed') t.pass();
      else t.fail(result?.why ?? 'the case did not run');
    });
  }
}

async function start(
  { binary }: FoundKubectl,
  cases: ReturnType<typeof namedCases>,
): Promise<ReadonlyMap<string, Promise<Result>>> {
  const kubeconfig = join(daemon.options.dataDir, 'kubeconfig');
  await using opening = new AsyncDisposableStack();
  const { signal } = interrupted;
  const cluster = opening.use(await openCluster({ binary, kubeconfig, archive: archiveOf(daemon) }, signal));
  signal.throwIfAborted();
  const suite = startSuite(cases, cluster, { jobs: JOBS, signal });
  opening.defer(() => suite.ended);
  open.use(opening.move());
  return new Map(suite.cases.map(({ title, result }) => [title, result]));
}

const archiveOf = ({ folder }: TestDaemon): string => join(folder, 'busybox.tar');
