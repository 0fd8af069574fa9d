import type { TaskState } from '../../runtime/ports/containers.ts';
import type { ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { formatMicroTime, formatTime, parseTime } from '../../schemas/values/time.ts';
import { backoffDelay, nextCrashCount } from './backoff.ts';
import { describeExit, exitReason, signalOf, wantsRestart } from './exit.ts';
import { containerID } from './names.ts';
import { finishedStatus, waitingStatus } from './status.ts';
import { logRun, type Work } from './work.ts';

/** Bytes of a termination message, as in Kubernetes: from the file, and from the log. */
const MESSAGE_BYTES = 4096;
const FALLBACK_BYTES = 2048;
const FALLBACK_LINES = 80;
/** The name of the termination message file in the owner's scratch. */
export const MESSAGE_FILE = 'termination-message';

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
  const { context, deps, container } = work;
  if (!isRecorded(work, exit)) {
    concludeRun(work, await describeRun(work, exit), exit.replaced);
    await context.status.flush();
  }
  await deps.containers.deleteTask(exit.id);
  deps.instances.taskDeleted(exit.id);
  deps.stops.delete(container.metadata.uid);
}

/** A process that is gone without a trace: what is known is that it ran. */
export async function recordLoss(work: Work, id: string, reason: string, cause: string): Promise<void> {
  const { status, clock, event } = work.context;
  const { current } = status;
  const run = {
    containerID: containerID(id),
    ...(current.pid === undefined ? {} : { pid: current.pid }),
    exitCode: 137,
    reason,
    message: cause,
    ...startedAt(current.state?.running?.startedAt),
    finishedAt: formatTime(clock.now()),
  };
  event('Warning', reason, cause);
  await settleLog(work);
  if (wantsRestart(work.container.spec.restartPolicy, run)) {
    status.set({ ...waitingStatus(reason, cause), lastState: { terminated: run }, nextStartTime: undefined });
  } else status.set(finishedStatus(run));
}

/** A process that never came to life; counts as a failed run. */
export function recordStartFailure(work: Work, id: string, reason: string, message: string): void {
  const now = formatTime(work.context.clock.now());
  const run = { containerID: containerID(id), exitCode: 128, reason, message, startedAt: now, finishedAt: now };
  work.context.status.set({ containerID: containerID(id) });
  concludeRun(work, run, false);
}

/** The same process, seen before a crash of ours. */
function isRecorded({ context }: Work, { id, task }: Exit): boolean {
  const { lastState } = context.status.current;
  const { terminated } = lastState ?? {};
  return terminated?.containerID === containerID(id) && terminated.pid === task.pid;
}

async function describeRun(work: Work, { id, task, replaced }: Exit): Promise<ContainerStatusStateTerminated> {
  const { context, deps, container } = work;
  const { current } = context.status;
  const exitCode = task.exitCode ?? 255;
  const [oomKills] = await Promise.all([deps.containers.oomKills(id), settleLog(work)]);
  const stopped = replaced || deps.stops.get(container.metadata.uid, id) !== undefined;
  const signal = signalOf(exitCode);
  const message = await terminationMessage(work, exitCode);
  return {
    containerID: containerID(id),
    pid: task.pid,
    exitCode,
    ...(signal === undefined ? {} : { signal }),
    reason: exitReason(exitCode, oomKills, stopped),
    ...(message === '' ? {} : { message }),
    ...startedAt(current.state?.running?.startedAt),
    finishedAt: formatTime(parseTime(task.exitedAt ?? '') ?? context.clock.now()),
  };
}

const startedAt = (time: string | undefined): { startedAt?: string } => (time === undefined ? {} : { startedAt: time });

/** Every byte the process wrote is in its log. */
async function settleLog(work: Work): Promise<void> {
  const { logs } = work.deps;
  const run = work.context.status.current.logRun ?? (await logs.latestRun(work.container.metadata.uid));
  if (run !== undefined) await logs.drain(logRun(work, run));
}

async function terminationMessage(work: Work, exitCode: number): Promise<string> {
  const { container, context, deps } = work;
  const { uid } = container.metadata;
  const written = await deps.volumes.readScratchFile(uid, MESSAGE_FILE, MESSAGE_BYTES);
  const fallback = container.spec.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0;
  const run = context.status.current.logRun;
  if (written !== '' || !fallback || run === undefined) return written;
  return deps.logs.tail(logRun(work, run), FALLBACK_LINES, FALLBACK_BYTES);
}

/** What follows from the end of a run: nothing, another at once, or another after a wait. */
function concludeRun(work: Work, run: ContainerStatusStateTerminated, replaced: boolean): void {
  const { container, context } = work;
  const { status, event, clock } = context;
  const text = describeExit(run);
  event(run.exitCode === 0 || replaced ? 'Normal' : 'Warning', run.reason ?? REASONS.Error, text);
  if (replaced) {
    status.set({ ...waitingStatus(REASONS.Replacing, text), lastState: { terminated: run }, crashCount: 0 });
    return;
  }
  if (!wantsRestart(container.spec.restartPolicy, run)) {
    status.set(finishedStatus(run));
    return;
  }
  const crashCount = nextCrashCount(status.current.crashCount ?? 0, duration(run));
  const delay = backoffDelay(crashCount);
  status.set({
    ...waitingStatus(waitingReason(run, delay), text),
    lastState: { terminated: run },
    crashCount,
    nextStartTime: delay > 0 ? formatMicroTime(clock.now() + delay) : undefined,
  });
}

/** A process that never came to life says more than that it is waited for. */
function waitingReason({ pid, reason = REASONS.StartError }: ContainerStatusStateTerminated, delay: number): string {
  if (pid === undefined) return reason;
  return delay > 0 ? REASONS.CrashLoopBackOff : REASONS.ContainerCreating;
}

function duration({ startedAt: from = '', finishedAt: to = '' }: ContainerStatusStateTerminated): number {
  return Math.max(0, (parseTime(to) ?? 0) - (parseTime(from) ?? 0));
}
