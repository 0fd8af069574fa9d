import { REASONS } from '../../schemas/conditions.ts';
import type { ContainerStatus } from '../../schemas/gen/types.ts';
import type { ConditionInput } from '../engine/contract.ts';
import type { Health } from './health.ts';
import type { Work } from './work.ts';

/** What is said of a process that runs. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason: typeof REASONS.Running | typeof REASONS.NotStarted | typeof REASONS.ContainersNotReady;
  readonly message: string;
  /** Words for a Warning: this pass is the first that sees it fail. */
  readonly failed?: string;
}

/**
 * Whether a process that runs can serve. While its readinessProbe has not come to a verdict, what status says stays: a new daemon, or
 * another probe, makes nothing unready by itself. Words change only with the verdict, so that a failure that is told differently
 * each time writes nothing. Pure.
 */
export function readiness(
  { started, waitsFor, readiness: probe }: Health,
  status: Readonly<Partial<ContainerStatus>>,
): Readiness {
  if (!started) return notStarted(waitsFor, status);
  if (probe === undefined || probe.outcome === 'success') return RUNNING;
  const told = toldOf(status, REASONS.ContainersNotReady);
  if (probe.outcome === 'unknown') {
    if (status.ready === true) return RUNNING;
    return notReady(REASONS.ContainersNotReady, told ?? NO_ANSWER);
  }
  const failed = `${FAILED}${probe.message}`;
  if (told !== undefined && told !== NO_ANSWER) return notReady(REASONS.ContainersNotReady, told);
  return { ...notReady(REASONS.ContainersNotReady, failed), failed };
}

const RUNNING: Readiness = { ready: true, reason: REASONS.Running, message: 'its process runs' };
const FAILED = 'readinessProbe failed: ';
const NO_ANSWER = 'its readinessProbe has not come to a verdict yet';

function notStarted(waitsFor: Health['waitsFor'], status: Readonly<Partial<ContainerStatus>>): Readiness {
  const { check = 'startupProbe', message = '' } = waitsFor ?? {};
  const text = check === 'postStart' ? 'its postStart hook is under way' : 'its startupProbe has not succeeded yet';
  const told = toldOf(status, REASONS.NotStarted);
  if (told?.startsWith(text)) return notReady(REASONS.NotStarted, told);
  return notReady(REASONS.NotStarted, message === '' || check === 'postStart' ? text : `${text}: ${message}`);
}

const notReady = (reason: Exclude<Readiness['reason'], typeof REASONS.Running>, message: string): Readiness => ({
  ready: false,
  reason,
  message,
});

/** The words that Ready carries for this reason, also behind those for a port or network that is missing besides. */
function toldOf({ conditions = [] }: Readonly<Partial<ContainerStatus>>, reason: string): string | undefined {
  const ready = conditions.find(({ type }) => type === 'Ready');
  const failed = ready?.status === 'False' ? ready.message.indexOf(FAILED) : -1;
  if (reason === REASONS.ContainersNotReady && failed >= 0) return ready?.message.slice(failed);
  return ready?.status === 'False' && ready.reason === reason ? ready.message : undefined;
}

/** As the condition Ready. */
export const readyCondition = ({ ready, reason, message }: Readiness): ConditionInput => ({
  type: 'Ready',
  status: ready ? 'True' : 'False',
  reason,
  message,
});

/** What was found of the process that runs. Ready follows where nothing else stands against it. */
export function noteHealth({ context }: Pick<Work, 'context'>, health: Health): Readiness {
  const { status } = context;
  const verdict = readiness(health, status.current);
  const { started, postStarted } = health;
  status.set({ started, ready: verdict.ready, ...(postStarted === undefined ? {} : { postStarted }) });
  return verdict;
}
