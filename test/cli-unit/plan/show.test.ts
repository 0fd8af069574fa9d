import test from 'ava';
import type { PlanReport } from '../../../cli/plan/report.ts';
import { CONFIG, SECRET } from '../diff-world.ts';
import { openPlanWorld, replacing } from './world.ts';

const FILES = [CONFIG('a', 'a: "2", b: two words'), SECRET({ k: 'beta' }), CONFIG('new'), CONFIG('same')].join('---\n');

async function openShown() {
  const at = await openPlanWorld();
  at.plans(replacing);
  await at.apply([CONFIG('a'), SECRET({ k: 'alpha' }), CONFIG('same')].join('---\n'));
  const show = (...line: readonly string[]) =>
    at.world.tsmoby(['apply', '-f', '-', '--dry-run=server', '--plan', ...line], { stdin: FILES });
  return { ...at, show };
}

test('a dry run with its plan tells fields and steps, and a difference is no failure', async (t) => {
  await using at = await openShown();
  t.deepEqual(await at.show(), {
    code: 0,
    stderr: '',
    stdout: `configmap/a configured (server dry run)
  data.a: 1 -> 2
  data.b: "two words" (new)
secret/s configured (server dry run)
  data.k: *** -> ***
configmap/new created (server dry run)
configmap/same unchanged (server dry run)

configmap/a: replaced: it differs
  Stop a
secret/s: replaced: it differs
  Stop s
configmap/new: replaced: it differs
  Stop new
`,
  });
});

test('as a document it is the one of diff', async (t) => {
  await using at = await openShown();
  const run = await at.show('-o', 'json');
  t.is(run.code, 0);
  t.deepEqual(
    (JSON.parse(run.stdout) as PlanReport).objects.map(({ operation }) => operation),
    ['update', 'update', 'create', 'unchanged'],
  );
  t.is((await at.diff(FILES, ['-o', 'json'])).stdout, run.stdout);
});

test('what the server refuses is told, and the exit code is that of apply', async (t) => {
  await using at = await openShown();
  const run = await at.world.tsmoby(['apply', '-f', '-', '--dry-run=server', '--plan'], {
    stdin: [CONFIG('no/name'), CONFIG('a')].join('---\n'),
  });
  t.is(run.code, 1);
  t.is(run.stdout, 'configmap/a unchanged (server dry run)\n');
  t.regex(run.stderr, /no\/name/);
});
