import type { Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, settled, type Outcome } from '../engine/contract.ts';
import { checkDependencies } from './dependencies.ts';
import { followFiles } from './follow.ts';
import { syncInputs } from './inputs.ts';
import { lookAtSource, NotKnownYet } from './look.ts';
import { tellOthers } from './notify/notify.ts';
import { Visit, type Context, type SyncDeps } from './visit.ts';
import { offerHook, withdrawHook } from './webhook/offer.ts';

/** A Sync is ready when every object of its files is there as they say, and nothing else that it once applied. */
export async function reconcileSync(sync: Sync, context: Context, deps: SyncDeps): Promise<Outcome> {
  const visit = new Visit(sync, context, deps);
  if (sync.spec.suspend === true) return suspended(visit);
  const outcome = await follow(visit);
  tellOthers(visit, outcome);
  return inTime(visit, outcome);
}

async function follow(visit: Visit): Promise<Outcome> {
  const { sync, context, deps, key } = visit;
  if (sync.spec.webhook === undefined) withdrawHook(visit);
  try {
    const inputs = syncInputs(sync, context.reader, deps.env);
    deps.expressions.check(sync.spec.readyExprs ?? []);
    deps.watches.keep(key, inputs.source);
    offerHook(visit, inputs.source);
    const found = lookAtSource(visit, inputs);
    checkDependencies(sync, context.reader);
    return await followFiles(visit, found, inputs);
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    const { outcome } = error;
    if (error instanceof NotKnownYet && isServed(visit)) return asBefore(visit);
    if (outcome.type === 'waiting') {
      context.status.condition({ type: 'Ready', status: 'False', reason: outcome.reason, message: outcome.message });
    }
    return outcome;
  }
}

/** Status speaks of this very spec and request. */
function isServed({ sync, request }: Visit): boolean {
  const { observedGeneration, observedRequest, conditions = [] } = sync.status ?? {};
  const isNow = observedGeneration === sync.metadata.generation && observedRequest === request;
  return isNow && conditions.some(({ type }) => type === 'Ready');
}

/** A new daemon knows nothing yet and looks: until it has seen a change, what was told last still holds. */
function asBefore({ context: { status } }: Visit): Outcome {
  const of = (type: string) => status.current.conditions?.find((condition) => condition.type === type);
  const [stalled, reconciling] = [of('Stalled'), of('Reconciling')];
  if (stalled !== undefined) return { type: 'stalled', reason: stalled.reason, message: stalled.message };
  if (reconciling === undefined) return settled();
  return { type: 'progressing', reason: reconciling.reason, message: reconciling.message };
}

/** Everything stays as it is, and nobody looks. */
function suspended(visit: Visit): Outcome {
  const { sync, deps, key } = visit;
  const { status } = visit.context;
  withdrawHook(visit);
  deps.watches.keep(key, undefined);
  deps.looks.drop(key);
  deps.attempts.delete(key);
  deps.members.awaitObjects(key, new Set());
  const { lastAppliedRevision } = sync.status ?? {};
  const message = lastAppliedRevision === undefined ? 'nothing was applied yet' : `${lastAppliedRevision} is applied`;
  const isThere = lastAppliedRevision !== undefined;
  status.condition({ type: 'Ready', status: isThere ? 'True' : 'False', reason: REASONS.SyncSuspended, message });
  return settled();
}

/** Whatever is due first decides when it is looked at again. */
function inTime({ dueInMs }: Visit, outcome: Outcome): Outcome {
  if (dueInMs === undefined || outcome.type === 'retry') return outcome;
  return { ...outcome, requeueAfterMs: Math.min(dueInMs, outcome.requeueAfterMs ?? Infinity) };
}
