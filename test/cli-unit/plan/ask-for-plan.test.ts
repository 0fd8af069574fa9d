import test from 'ava';
import { askForPlan } from '../../../cli/plan/ask-for-plan.ts';
import { isReason } from '../../../client/client.ts';
import { createHttpClient } from '../../../client/http.ts';
import type { PlanStatusObject } from '../../../schemas/gen/types.ts';
import { openPlanWorld, type PlanWorld } from './world.ts';

const REF = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', namespace: 'default', name: 'web' } as const;
const ANSWER: PlanStatusObject = { ...REF, because: 'Deleted', action: 'Delete', steps: [] };

const clientOf = ({ host }: PlanWorld) =>
  createHttpClient({ connection: { socketPath: host.slice('unix://'.length) }, userAgent: 'test/1' });

test('the question has the changes in their order, and the answer is what the server says', async (t) => {
  await using at = await openPlanWorld();
  using client = await clientOf(at);
  const changes = [{ delete: REF }, { object: { ...REF, metadata: { name: 'other' } } }];
  at.plans((asked) => {
    t.deepEqual(asked, changes);
    return [ANSWER];
  });
  t.deepEqual(await askForPlan({ client }, changes), [ANSWER]);
});

test('a server that makes no plans is no error, and without changes nobody is asked', async (t) => {
  await using at = await openPlanWorld();
  using client = await clientOf(at);
  t.is(await askForPlan({ client }, [{ delete: REF }]), undefined);
  const asked = at.seen.length;
  t.is(at.seen.at(-1), 'POST /apis/tsmoby.dev/v1alpha1/plans');
  t.deepEqual(await askForPlan({ client }, []), []);
  t.is(at.seen.length, asked);
});

test('what goes wrong is the caller’s', async (t) => {
  await using at = await openPlanWorld();
  using client = await clientOf(at);
  at.onRequest(() => Promise.reject(new Error('gone')));
  const error = await t.throwsAsync(askForPlan({ client }, [{ delete: REF }]));
  t.true(isReason(error, 'ServiceUnavailable'));
});
