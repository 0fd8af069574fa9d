import { REASONS } from '../../schemas/conditions.ts';
import type { Outcome } from '../engine/contract.ts';
import type { Visit } from './visit.ts';

/** As long as the engine leaves what it waits for alone. */
const WAITING_MS = 30_000;

/**
 * The outcome of a pass in conditions. A result that is there can be used whatever becomes of the next one, so waiting leaves Ready as it is; BuildCurrent
 * tells whether it is what is wanted.
 */
export function conclude(visit: Visit, outcome: Outcome): Outcome {
  const { dueInMs } = visit;
  if (visit.isUnknown && isServed(visit)) return asBefore(visit);
  if (outcome.type === 'settled') {
    if (visit.build.spec.suspend !== true && visit.build.spec.revertTo === undefined) reportCurrent(visit);
    return outcome.requeueAfterMs === undefined && dueInMs !== undefined
      ? { type: 'settled', requeueAfterMs: dueInMs }
      : outcome;
  }
  const { status } = visit.context;
  const { type, reason, message } = outcome;
  const hasResult = status.current.key !== undefined && !visit.lost;
  if (hasResult) status.condition({ type: 'BuildCurrent', status: 'False', reason, message });
  else status.removeCondition('BuildCurrent');
  if (type === 'retry') return outcome;
  const again = earliest(outcome.requeueAfterMs, dueInMs, type === 'waiting' ? WAITING_MS : undefined);
  const next = { type, reason, message, ...(again === undefined ? {} : { requeueAfterMs: again }) };
  if (type === 'stalled') return next;
  if (!hasResult) {
    status.condition({ type: 'Ready', status: 'False', reason, message });
    return next;
  }
  status.condition({ type: 'Ready', status: 'True', ...builtAs(visit) });
  return { ...next, type: 'progressing' };
}

/** Status speaks of this very spec. */
function isServed({ build, context: { status }, request }: Visit): boolean {
  const { observedGeneration, observedBuildRequest } = build.status ?? {};
  // One that was taken away asks for nothing.
  const isAnswered = request === undefined || observedBuildRequest === request;
  const isNow = observedGeneration === build.metadata.generation && isAnswered;
  return isNow && status.current.conditions?.some(({ type }) => type === 'Ready') === true;
}

/** A new daemon knows nothing yet and looks: until it has seen a change, what was told last still holds. */
function asBefore({ context: { status } }: Visit): Outcome {
  const of = (type: string) => status.current.conditions?.find((condition) => condition.type === type);
  const [stalled, reconciling] = [of('Stalled'), of('Reconciling')];
  if (stalled !== undefined) return { type: 'stalled', reason: stalled.reason, message: stalled.message };
  if (reconciling === undefined) return { type: 'settled' };
  return { type: 'progressing', reason: reconciling.reason, message: reconciling.message };
}

function reportCurrent(visit: Visit): void {
  const { status } = visit.context;
  status.condition({ type: 'Ready', status: 'True', ...builtAs(visit) });
  const isStale = visit.stale !== undefined;
  status.condition({
    type: 'BuildCurrent',
    status: isStale ? 'Unknown' : 'True',
    reason: isStale ? REASONS.ContextFetchFailed : REASONS.Built,
    message: visit.stale ?? `build ${status.current.number}`,
  });
}

function builtAs({ context: { status } }: Visit): { readonly reason: string; readonly message: string } {
  const { manifestDigest, number } = status.current;
  return { reason: REASONS.Built, message: manifestDigest ?? `build ${number}` };
}

const earliest = (...all: readonly (number | undefined)[]): number | undefined => {
  const times = all.filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
};
