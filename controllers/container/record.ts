import type { TaskState } from '../../runtime/ports/containers.ts';
import type { ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { formatMicroTime, formatTime, parseTime } from '../../schemas/values/time.ts';
import { backoffDelay, isLongestDelay, nextCrashCount, nextFlapCount } from './backoff.ts';
import { describeRun } from './describe-run.ts';
import { endingOf, healthyMs, isUnhealthy, type Ending } from './ending.ts';
import { describeExit, hasSucceeded, wantsRestart } from './exit.ts';
import { containerID } from './names.ts';
import { removeProbes } from './probe-keys.ts';
import { nextRestartCount } from './run-number.ts';
import { finishedStatus, waitingStatus, type StatusFields } from './status.ts';
import { logRun, type Work } from './work.ts';

type Terminated = ContainerStatusStateTerminated;

/** As much of a pass as what follows from an end needs. */
export interface Concluding extends Pick<Work, 'container'> {
  readonly context: Pick<Work['context'], 'status' | 'event' | 'clock'>;
}

export interface Exit {
  readonly id: string;
  readonly task: TaskState;
  /** The instance is no longer wanted: how it ended decides nothing. */
  readonly replaced: boolean;
}

/**
 * Writes down how a process ended, durably, before its task is deleted and with it everything that is known of it: exit
 * status, OOM count, output that was not read yet.
 */
export async function recordExit(work: Work, exit: Exit): Promise<void> {
  const { context, deps } = work;
  removeProbes(deps.probes, exit.id);
  deps.hooks.abort(exit.id);
  if (isOfAnother(work, exit)) {
    context.event('Normal', REASONS.Stopped, `a former process ended, pid ${exit.task.pid}`);
  } else if (!isRecorded(work, exit)) {
    await noteUnwrittenStart(work, exit);
    const ending = endingOf(context.status.current, exit.task.pid);
    // Whoever we asked to stop and then wanted again did what it was asked.
    const replaced = exit.replaced || (ending === undefined && deps.stops.get(exit.id) !== undefined);
    const run = await describeRun(work, { ...exit, replaced });
    concludeRun(work, ending === undefined ? run : endedBecause(run, ending), replaced, ending);
    await context.status.flush();
  }
  await deps.containers.deleteTask(exit.id);
  deps.instances.taskDeleted(exit.id);
  deps.stops.delete(exit.id);
}

/** A process that is gone without a trace: what is known is that it ran. */
export async function recordLoss(work: Work, id: string, reason: string, cause: string): Promise<void> {
  const { context, deps } = work;
  const { logRun: run } = context.status.current;
  context.event('Warning', reason, cause);
  if (run !== undefined) await deps.logs.drain(logRun(work, run));
  removeProbes(deps.probes, id);
  deps.hooks.abort(id);
  deps.stops.delete(id);
  concludeLoss(work, id, reason, cause);
}

/** What follows from a process that is gone without a trace. */
export function concludeLoss(work: Concluding, id: string, reason: string, message: string): void {
  const { status, clock } = work.context;
  const { pid, state, restarting } = status.current;
  const { startedAt } = state?.running ?? {};
  const run = {
    containerID: containerID(id),
    ...(pid === undefined ? {} : { pid }),
    exitCode: 137,
    reason,
    message,
    ...(startedAt === undefined ? {} : { startedAt }),
    finishedAt: formatTime(clock.now()),
  };
  const again = restarting !== undefined || wantsRestart(work.container.spec.restartPolicy, run);
  if (!again) finish(work, run);
  else waitAgain(work, run, { reason, message });
}

export interface StartFailure {
  readonly reason: string;
  readonly message: string;
  /** What status says of the run, as it would of one that came to life. */
  readonly fields: StatusFields;
}

/** A process that never came to life; counts as a failed run. */
export function recordStartFailure(work: Work, id: string, { reason, message, fields }: StartFailure): void {
  const now = formatTime(work.context.clock.now());
  const run = { containerID: containerID(id), exitCode: 128, reason, message, startedAt: now, finishedAt: now };
  work.context.status.set({ ...fields, containerID: containerID(id) });
  concludeRun(work, run, false);
}

/** It is over, and there will be no other. */
export function finish({ context: { status } }: Concluding, run: Terminated): void {
  status.set(finishedStatus(run));
  const [ready, reason] = hasSucceeded(run) ? (['True', REASONS.Completed] as const) : (['False', run.reason] as const);
  status.condition({ type: 'Ready', status: ready, reason: reason ?? REASONS.Error, message: describeExit(run) });
}

/** Status tells of another process, which runs. */
export function isOfAnother({ context }: Concluding, { id, replaced }: Exit): boolean {
  const { state, containerID: written } = context.status.current;
  return replaced && state?.running !== undefined && written !== containerID(id);
}

/** The same process, seen before a crash of ours. */
export function isRecorded({ context }: Concluding, { id, task }: Exit): boolean {
  const { terminated } = context.status.current.lastState ?? {};
  if (terminated?.containerID !== containerID(id) || terminated.pid !== task.pid) return false;
  return task.exitedAt === undefined || parseTime(terminated.finishedAt ?? '') === wholeSeconds(task.exitedAt);
}

const wholeSeconds = (time: string): number => Math.floor((parseTime(time) ?? 0) / 1000) * 1000;

/** It started and ended while nobody could write that down: it has a number and a log all the same. */
async function noteUnwrittenStart({ container, context, deps }: Work, { id, task }: Exit): Promise<void> {
  const { current } = context.status;
  if (current.state?.running !== undefined && current.pid === task.pid) return;
  context.status.set({
    containerID: containerID(id),
    logRun: (await deps.logs.latestRun(container.metadata.uid)) ?? current.logRun,
    restartCount: nextRestartCount(current),
    state: { running: {} },
  });
}

/** What follows from the end of a run: nothing, another at once, or another after a wait. */
export function concludeRun(work: Concluding, run: Terminated, replaced: boolean, ending?: Ending): void {
  const { container, context } = work;
  const { status, event, clock } = context;
  const message = describeExit(run);
  event(hasSucceeded(run) || replaced ? 'Normal' : 'Warning', run.reason ?? REASONS.Error, message);
  if (replaced) {
    waitAgain(work, run, { reason: REASONS.Replacing, message, crashCount: 0 });
    return;
  }
  if (!wantsRestart(container.spec.restartPolicy, run)) {
    finish(work, run);
    return;
  }
  const { crashCount: before = 0 } = status.current;
  const crashCount =
    ending === undefined
      ? nextCrashCount(before, duration(run))
      : nextFlapCount(before, healthyMs(ending, run.startedAt, container.spec));
  const delay = backoffDelay(crashCount);
  const next = delay > 0 ? { nextStartTime: formatMicroTime(clock.now() + delay) } : {};
  waitAgain(work, run, { reason: waitingReason(run, delay), message, crashCount, ...next });
}

interface Wait {
  readonly reason: string;
  readonly message: string;
  readonly crashCount?: number;
  readonly nextStartTime?: string;
}

function waitAgain({ context: { status } }: Concluding, run: Terminated, wait: Wait): void {
  const { reason, message, nextStartTime, ...counted } = wait;
  status.set({ ...waitingStatus(reason, message), ...counted, nextStartTime, lastState: { terminated: run } });
  status.condition({ type: 'Ready', status: 'False', reason, message });
}

/** Of the wait after a run. A process that never came to life says more than that it is waited for. */
export function waitingReason(run: Terminated, delay: number): string {
  if (run.pid === undefined) return run.reason ?? REASONS.StartError;
  if (isUnhealthy(run) && isLongestDelay(delay)) return REASONS.Flapping;
  return delay > 0 ? REASONS.CrashLoopBackOff : REASONS.ContainerCreating;
}

/** What we ended it for counts, and not what it then said. */
function endedBecause(run: Terminated, { reason, message }: Ending): Terminated {
  return { ...run, ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}

function duration({ startedAt: from = '', finishedAt: to = '' }: Terminated): number {
  return Math.max(0, (parseTime(to) ?? 0) - (parseTime(from) ?? 0));
}
