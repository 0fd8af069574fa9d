import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { Condition } from '../../../schemas/object.ts';
import type { Outcome } from '../../engine/contract.ts';
import type { Rollout } from './begin.ts';

type Status = Readonly<Partial<ContainerStatus>>;

/** What was good before the change is still in its place, so nothing of the new revision was started. */
export const isUntouched = ({ from }: Rollout, { containerID, state, update }: Status): boolean =>
  from !== undefined &&
  from === containerID &&
  update?.containerID === undefined &&
  (state?.running !== undefined || state?.terminated !== undefined);

/**
 * Nothing of the new revision was started: what was good is untouched, or what StartFirst prepared is of a revision that came in between, and is
 * ready itself.
 */
export const isHeldBack = (rollout: Rollout, status: Status, { type }: Outcome): boolean =>
  isUntouched(rollout, status) || (type === 'waiting' && status.update?.ready === true);

/** Its process is ready, and others keep from it how it is reached: a port, a network. That is no fault of a revision. */
export function isReadyOutOfReach(rollout: Rollout, status: Status, outcome: Outcome): boolean {
  if (outcome.type !== 'waiting' || isUntouched(rollout, status)) return false;
  const { state, ready, conditions = [], update } = status;
  // Nothing leads to the next one before it takes over, and then all has to.
  if (update !== undefined) return false;
  return state?.running !== undefined && ready === true && conditions.some((one) => tells(one, outcome));
}

const tells = ({ type, status, reason, message }: Condition, outcome: Extract<Outcome, { type: 'waiting' }>): boolean =>
  (type === 'PortsPublished' || type === 'NetworksAttached') &&
  status === 'False' &&
  reason === outcome.reason &&
  message === outcome.message;
