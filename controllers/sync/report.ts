import { REASONS, type Reason } from '../../schemas/conditions.ts';
import type { Application } from './application.ts';
import type { Visit } from './visit.ts';
import { count, someOf } from './words.ts';

const SHOWN_DRIFT = 10;

/** What is to be said of the objects besides how the attempt goes: drift, objects of others, and what the brake holds back. */
export function reportApplication(visit: Visit, { applied, pruned }: Application): void {
  const { status } = visit.context;
  const { differing, theirs } = applied;
  status.set({ drifted: differing.length === 0 ? undefined : differing.slice(0, SHOWN_DRIFT) });
  note(visit, 'Drifted', REASONS.Drifted, differing);
  note(visit, 'ObjectsElsewhere', REASONS.OwnedElsewhere, theirs);
  // Where nothing may go at present, nobody knows what would.
  if (pruned !== undefined || visit.sync.spec.prune === false) reportBrake(visit, pruned?.blocked);
}

/** A condition that is there only while there is something to say. */
function note({ context: { status } }: Visit, type: string, reason: Reason, texts: readonly string[]): void {
  if (texts.length === 0) status.removeCondition(type);
  else
    status.condition({ type, status: 'True', reason, message: `${count(texts.length, 'object')}: ${someOf(texts)}` });
}

function reportBrake(visit: Visit, blocked: NonNullable<Application['pruned']>['blocked']): void {
  const { status, event } = visit.context;
  if (blocked === undefined) {
    status.set({ pendingPrune: undefined });
    status.removeCondition('PruneBlocked');
    return;
  }
  const { objects, digest, examples } = blocked;
  const message = `${count(objects, 'object')} would be deleted at once, more than half: ${someOf(examples)}. If that is meant: tsmoby sync approve ${visit.sync.metadata.name}`;
  if (status.current.pendingPrune?.digest !== digest) event('Warning', REASONS.TooManyDifferences, message);
  status.set({ pendingPrune: { objects, digest, examples: [...examples] } });
  status.condition({ type: 'PruneBlocked', status: 'True', reason: REASONS.TooManyDifferences, message });
}
