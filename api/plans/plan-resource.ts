import { plan } from '../../schemas/definitions/plan.ts';
import type { Plan, PlanStatusObject } from '../../schemas/gen/types.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { freezeDeep } from '../../schemas/structural/own.ts';
import { encodeJson } from '../../schemas/text/json.ts';
import { TooMuchFollowsError } from '../../schemas/values/plan-answer.ts';
import { ByteSink } from '../byte-sink.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { madeValue } from '../registry/object-value.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import { askedResource, requireValid } from '../reviews/review-resource.ts';
import { readChanges } from './asked-changes.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { AskedChange, Planner } from './planner.ts';
import { Slice } from './slice.ts';

/**
 * Plans: what would happen if objects were as the question says. The question is not repeated in the answer: it may be large, and may hold
 * what Secrets hold. One is answered at a time: each may look at everything that there is.
 */
export function planResource(registry: Registry, planner: Planner): ServedResource {
  const turns = new OneAtATime();
  return askedResource(plan, ({ signal }, asked) =>
    turns.run(async () => {
      const { changes, issues } = await readChanges(asked as Plan, registry, signal);
      requireValid(plan, issues);
      return answerOf(await planned(planner, changes, signal), signal);
    }, signal),
  );
}

async function planned(
  planner: Planner,
  changes: readonly AskedChange[],
  signal: AbortSignal,
): Promise<readonly PlanStatusObject[]> {
  try {
    return await planner.plan(changes, signal);
  } catch (error) {
    if (error instanceof TooMuchFollowsError) {
      requireValid(plan, [{ path: 'spec.changes', reason: 'FieldValueTooMany', message: error.message }]);
    }
    throw error;
  }
}

/** An answer may be megabytes: it is frozen and written object by object. */
async function answerOf(objects: readonly PlanStatusObject[], signal: AbortSignal): Promise<ObjectValue> {
  const slice = new Slice(signal);
  const answer = { kind: plan.kind, apiVersion: apiVersionOf(plan), metadata: {}, spec: {}, status: { objects } };
  const [before = '', after = ''] = encodeJson({ ...answer, status: { objects: [] } }).split('[]');
  const sink = new ByteSink();
  sink.text(`${before}[`);
  for (const [index, object] of objects.entries()) {
    await slice.turn();
    if (index > 0) sink.text(',');
    sink.text(encodeJson(freezeDeep(object)));
  }
  sink.text(`]${after}`);
  const bytes = sink.take();
  return madeValue(
    () => freezeDeep(answer) as unknown as KubeObject,
    () => bytes,
  );
}
