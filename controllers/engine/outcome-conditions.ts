import type { Outcome } from './contract.ts';
import type { ObjectStatus } from './status.ts';

/**
 * Puts an outcome into the three conditions that kstatus reads, as contract.ts promises. Reconciling and Stalled exist
 * only while they are True. Ready is the reconciler's own, but where the outcome contradicts it.
 */
export function reportOutcome(status: ObjectStatus, outcome: Outcome): void {
  status.conclude();
  if (outcome.type === 'settled') {
    status.removeCondition('Reconciling');
    status.removeCondition('Stalled');
    return;
  }
  const { type, reason, message } = outcome;
  const stalled = type === 'stalled';
  status.condition({ type: stalled ? 'Stalled' : 'Reconciling', status: 'True', reason, message });
  status.removeCondition(stalled ? 'Reconciling' : 'Stalled');
  if (stalled) status.condition({ type: 'Ready', status: 'False', reason, message });
  if (type === 'waiting')
    status.condition({ type: 'Ready', status: outcome.unknown ? 'Unknown' : 'False', reason, message });
}

/** Whether the object's conditions said just this before the pass: then a person has been told. */
export function alreadyReported(status: ObjectStatus, outcome: Outcome): boolean {
  if (outcome.type === 'settled') return true;
  const before = status.find(outcome.type === 'stalled' ? 'Stalled' : 'Reconciling');
  return before?.status === 'True' && before.reason === outcome.reason && before.message === outcome.message;
}
