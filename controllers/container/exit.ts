import type { ContainerSpec, ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';

const LAST_SIGNAL = 64;

/** Signal that ended a process, from its exit code; undefined when it ended by itself. */
export function signalOf(exitCode: number): number | undefined {
  const signal = exitCode - 128;
  return signal >= 1 && signal <= LAST_SIGNAL ? signal : undefined;
}

/** What a run ended of. `oomKills`: what the kernel counted in its cgroup; `stopped`: we asked it to stop. */
export function exitReason(exitCode: number, oomKills: number, stopped: boolean): string {
  if (exitCode === 0) return REASONS.Completed;
  if (oomKills > 0) return REASONS.OOMKilled;
  return stopped ? REASONS.Stopped : REASONS.Error;
}

type Ended = Pick<ContainerStatusStateTerminated, 'exitCode' | 'reason'>;

/** A process that we ended because it was not well may say goodbye with 0; it has failed all the same. */
export const hasSucceeded = ({ exitCode, reason }: Ended): boolean =>
  exitCode === 0 && reason !== REASONS.Unhealthy && reason !== REASONS.FailedPostStartHook;

/** Whether the policy wants another run after this one. */
export function wantsRestart(policy: ContainerSpec['restartPolicy'], run: Ended): boolean {
  return policy === undefined || policy === 'Always' || (policy === 'OnFailure' && !hasSucceeded(run));
}

/** `exited with code 137 (signal 9), out of memory: last words`, for events and conditions. */
export function describeExit(run: ContainerStatusStateTerminated): string {
  const signal = run.signal === undefined ? '' : ` (signal ${run.signal})`;
  const oom = run.reason === REASONS.OOMKilled ? ', out of memory' : '';
  const message = run.message ? `: ${run.message.trim().slice(0, 500)}` : '';
  return `exited with code ${run.exitCode ?? 'unknown'}${signal}${oom}${message}`;
}
