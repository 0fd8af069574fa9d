import type { TaskState } from '../../runtime/ports/containers.ts';
import type { Container, ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { formatTime, parseTime } from '../../schemas/values/time.ts';
import { exitReason, signalOf } from './exit.ts';
import { containerID, generationOf } from './names.ts';
import { logRun, type Work } from './work.ts';

/** Bytes of a termination message, as in Kubernetes: from the file, and from the log. */
const MESSAGE_BYTES = 4096;
const FALLBACK_BYTES = 2048;
const FALLBACK_LINES = 80;
/** What a process without an exit status is said to have ended with. */
const UNKNOWN_EXIT_CODE = 255;
/** The name of the termination message file in the owner's scratch: one for each sandbox, and so for each instance. */
export function messageFile(container: Container): string {
  const generation = generationOf(container);
  return generation === 0 ? 'termination-message' : `termination-message.${generation}`;
}

export interface EndedRun {
  readonly id: string;
  readonly task: TaskState;
  /** It was asked to stop. */
  readonly replaced: boolean;
}

/** Everything that is known of a run that is over, asked while its task is still there. Its log is complete afterwards. */
export async function describeRun(
  work: Work,
  { id, task, replaced }: EndedRun,
): Promise<ContainerStatusStateTerminated> {
  const { context, deps } = work;
  const { state, logRun: run } = context.status.current;
  const exitCode = task.exitCode ?? UNKNOWN_EXIT_CODE;
  const [oomKills] = await Promise.all([
    deps.containers.oomKills(id),
    run === undefined ? undefined : deps.logs.drain(logRun(work, run)),
  ]);
  const signal = signalOf(exitCode);
  const message = await terminationMessage(work, exitCode);
  const { startedAt } = state?.running ?? {};
  return {
    containerID: containerID(id),
    pid: task.pid,
    exitCode,
    ...(signal === undefined ? {} : { signal }),
    reason: exitReason(exitCode, oomKills, replaced),
    ...(message === '' ? {} : { message }),
    ...(startedAt === undefined ? {} : { startedAt }),
    finishedAt: formatTime(parseTime(task.exitedAt ?? '') ?? context.clock.now()),
  };
}

async function terminationMessage(work: Work, exitCode: number): Promise<string> {
  const { container, context, deps } = work;
  const { uid } = container.metadata;
  const written = await deps.volumes.readScratchFile(uid, messageFile(container), MESSAGE_BYTES);
  const fallback = container.spec.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0;
  const run = context.status.current.logRun;
  if (written !== '' || !fallback || run === undefined) return written;
  return deps.logs.tail(logRun(work, run), FALLBACK_LINES, FALLBACK_BYTES);
}
