/** The example of docs/plans.md against what is really printed; test/cli has the same with a daemon's own planners. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { PLAN_ACTIONS } from '../../../schemas/definitions/plan.ts';
import { exampleOf, shortened } from './example.ts';
import { openPlanWorld } from './world.ts';

test('the document is as the page shows it', async (t) => {
  const { before, after, report } = await exampleOf();
  await using at = await openPlanWorld();
  await at.apply(before);
  at.plans((changes) => {
    t.is(changes.length, report.objects.length);
    return [
      ...report.objects.map((object) => ({ ...object, because: 'Changed' as const })),
      ...report.affected.map((object) => ({ ...object, because: 'Affected' as const })),
    ] as never;
  });
  const run = await at.diff(after, ['-o', 'json']);
  t.is(run.code, 1, run.stderr);
  t.deepEqual(shortened(run.stdout), report);
  // Keys in the page's order, too.
  t.is(JSON.stringify(shortened(run.stdout)), JSON.stringify(report));
});

test('every action is named on the page', async (t) => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/plans.md'), 'utf8');
  t.true(page.includes(PLAN_ACTIONS.map((action) => `\`${action}\``).join(', ')));
});
