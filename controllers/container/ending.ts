import { REASONS } from '../../schemas/conditions.ts';
import type { ContainerSpec, ContainerStatus } from '../../schemas/gen/types.ts';
import { probeTimes } from '../../schemas/values/probe-times.ts';
import { formatTime, parseTime } from '../../schemas/values/time.ts';
import type { Failure } from './health.ts';
import { removeProbes } from './probe-keys.ts';
import type { Work } from './work.ts';

export type Ending = NonNullable<ContainerStatus['ending']>;

/** Why this very process is being ended as a failed run, if it is. */
export const endingOf = ({ ending }: Readonly<Partial<ContainerStatus>>, pid: number): Ending | undefined =>
  ending?.pid === pid ? ending : undefined;

/** `livenessProbe failed: connection refused`. */
export const endingCause = ({ check = 'a check', message = '' }: Pick<Ending, 'check' | 'message'>): string =>
  `${check} failed: ${message}`;

/**
 * Writes down that a process is to be ended, and why, before anything is done to it: whatever it then ends with, and whoever is the
 * daemon by then, it is a failed run with this reason.
 */
export async function condemn(work: Work, { id, pid, reason, check, message }: Failure): Promise<void> {
  const { status, event, clock } = work.context;
  removeProbes(work.deps.probes, id);
  const cause = endingCause({ check, message });
  event('Warning', reason, cause);
  status.set({ ending: { pid, reason, check, message, since: formatTime(clock.now()) } });
  status.condition({ type: 'Ready', status: 'False', reason, message: cause });
  await status.flush();
}

/** Seconds that the check's own spec gives the process to end, if it does. */
export function graceOf({ check }: Ending, spec: ContainerSpec): number | undefined {
  if (check !== 'livenessProbe' && check !== 'startupProbe') return undefined;
  return spec[check]?.terminationGracePeriodSeconds;
}

/**
 * Milliseconds that a run was well before it was ended: from its start until the failures began that made it unhealthy. One that never
 * got as far was never well.
 */
export function healthyMs({ check, since }: Ending, startedAt: string | undefined, spec: ContainerSpec): number {
  if (check !== 'livenessProbe') return 0;
  const { periodSeconds, failureThreshold } = probeTimes(spec.livenessProbe ?? {});
  const ran = (parseTime(since ?? '') ?? 0) - (parseTime(startedAt ?? '') ?? 0);
  return Math.max(0, ran - periodSeconds * failureThreshold * 1000);
}

/** Ended by its probes, which may happen again and again without a crash. */
export const isUnhealthy = ({ reason }: { readonly reason?: string }): boolean => reason === REASONS.Unhealthy;
