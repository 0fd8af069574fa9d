import type { Build } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { BUILD_REQUEST_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import { parseTime } from '../../schemas/values/time.ts';
import type { Outcome } from '../engine/contract.ts';

/** A result that is bad again so soon after it was asked for is bad for a reason that no build heals. */
const CALM_MS = 600_000;

/**
 * Whether a Build is to be asked to make its result again, whose record is damaged or gone. Only one that believes that all is well: what it works on, waits
 * for or has failed at would not come sooner, and what it kept of former times it does not make again.
 */
export function isWorthAsking({ metadata, status = {} }: Build, recordName: string, now: number): boolean {
  const { lastBuild, conditions = [], observedBuildRequest } = status;
  const isBusy = conditions.some(({ type, status: is }) => BUSY.has(type) && is === 'True');
  if (isBusy || lastBuild?.phase === 'Running' || status.recordName !== recordName) return false;
  const asked = metadata.annotations?.[BUILD_REQUEST_ANNOTATION];
  // One that nobody has looked at yet is as good as another.
  if (asked !== undefined && asked !== observedBuildRequest) return false;
  return now - (parseTime(asked ?? '') ?? -Infinity) > CALM_MS;
}

const BUSY: ReadonlySet<string> = new Set(['Stalled', 'Reconciling']);

type Waiting = Extract<Outcome, { type: 'waiting' }>;

/** Why a Build has nothing to give yet, and what it does about that. */
export function withoutResult({ metadata, status }: Build): Waiting {
  return waiting(REASONS.BuildNotReady, `Build ${metadata.name} has no result yet: ${doingOf(status)}`);
}

export const buildNotThere = (namespace: string, name: string): Waiting =>
  waiting(REASONS.BuildNotFound, `Build ${namespace}/${name} is not there`);

export const buildBeingDeleted = ({ metadata }: Build): Waiting =>
  waiting(REASONS.BuildNotReady, `Build ${metadata.namespace}/${metadata.name} is being deleted`);

const waiting = (reason: string, message: string): Waiting => ({ type: 'waiting', reason, message });

/** While it runs its steps are told; after that its own words, which say why it failed or what it waits for. */
function doingOf({ lastBuild, conditions = [] }: Build['status'] & object = {}): string {
  if (lastBuild?.phase === 'Running') return stepText(lastBuild);
  const told = ['Stalled', 'Reconciling', 'Ready'].flatMap((type) =>
    conditions.filter((each) => each.type === type && each.status !== (type === 'Ready' ? 'True' : 'False')),
  );
  const [worst] = told;
  return worst === undefined ? 'nobody has looked at it' : `${worst.reason}: ${worst.message}`;
}

function stepText({ completedSteps = 0, totalSteps = 0 }: { completedSteps?: number; totalSteps?: number }): string {
  return totalSteps === 0
    ? 'it is being built'
    : `building step ${Math.min(completedSteps + 1, totalSteps)} of ${totalSteps}`;
}
