import { Status, type Process } from '../../../proto/gen/containerd/types/process_pb.ts';
import type { Mount } from '../../../proto/gen/containerd/types/mount_pb.ts';
import { RuntimeError } from '../../errors.ts';
import type { TaskStdio } from '../../ports/containers.ts';
import { isGrpc, unlessGone } from '../errors.ts';
import { TASK_DEADLINE, type ContainersContext } from './context.ts';
import { CHAIN_LABEL, prepareRoot } from './create.ts';
import { inputFifo } from './input.ts';
import { removeLeftBundle } from './left-bundle.ts';
import { startError } from './start-error.ts';

/** Makes the task and runs it: two calls for an instance that this process created, four for a restart. */
export async function startInstance(
  context: ContainersContext,
  id: string,
  stdio: TaskStdio,
  signal?: AbortSignal,
): Promise<{ pid: number }> {
  const { tasks } = context.connection.services;
  const fresh = context.freshMounts.get(id);
  context.freshMounts.delete(id);
  const rootfs = fresh ?? (await rootMounts(context, id, signal));
  const terminal = stdio.stderr === undefined;
  const stdin = stdio.stdin === true ? inputFifo(context, id) : '';
  if (stdin !== '') await context.host.makeFifos([stdin]);
  const request = {
    containerId: id,
    rootfs: [...rootfs],
    stdin,
    stdout: stdio.stdout,
    stderr: stdio.stderr ?? '',
    terminal,
  };
  const create = () => tasks.create(request, { signal, deadline: TASK_DEADLINE });
  try {
    await create();
  } catch (error) {
    if (isGrpc(error, 'ALREADY_EXISTS')) {
      const running = await adoptTask(context, request, signal);
      if (running !== undefined) return running;
    } else if (!(await removeLeftBundle(context, id, error))) {
      throw startError(error, `start instance ${id}`);
    }
    await create().catch((again: unknown) => Promise.reject(startError(again, `start instance ${id}`)));
  }
  return run(context, id, signal);
}

/** Starts a task that waits. A task that cannot be started is taken away again. */
async function run(context: ContainersContext, id: string, signal?: AbortSignal): Promise<{ pid: number }> {
  const { tasks } = context.connection.services;
  try {
    const { pid } = await tasks.start({ containerId: id }, { signal, deadline: TASK_DEADLINE });
    return { pid };
  } catch (error) {
    // Without the signal: it may be what ended the start.
    await unlessGone(tasks.delete({ containerId: id }, { deadline: TASK_DEADLINE })).catch((failure: unknown) => {
      context.connection.log.warn({ id, err: failure }, 'a task that failed to start could not be deleted');
    });
    throw startError(error, `start instance ${id}`);
  }
}

/**
 * A task is there already. Answers its pid when it runs, starts it when it only waits on the same streams, takes it away when it waits on
 * others (undefined: make a new one). A stopped one still holds its last words: whoever started it must read them first.
 */
async function adoptTask(
  context: ContainersContext,
  wanted: Streams & { readonly containerId: string },
  signal: AbortSignal | undefined,
): Promise<{ pid: number } | undefined> {
  const { containerId: id } = wanted;
  const { tasks } = context.connection.services;
  const process = (await unlessGone(tasks.get({ containerId: id }, { signal })))?.process;
  if (process === undefined) return undefined;
  switch (process.status) {
    case Status.CREATED:
      if (sameStreams(process, wanted)) return run(context, id, signal);
      await unlessGone(tasks.delete({ containerId: id }, { signal, deadline: TASK_DEADLINE }));
      return undefined;
    case Status.RUNNING:
    case Status.PAUSED:
    case Status.PAUSING:
      return { pid: process.pid };
    default:
      throw new RuntimeError(
        'FailedPrecondition',
        `instance ${id} has a stopped task: delete it before the next start`,
        {
          reason: 'TaskStopped',
        },
      );
  }
}

type Streams = Pick<Process, 'stdin' | 'stdout' | 'stderr'>;

function sameStreams(process: Streams, { stdin, stdout, stderr }: Streams): boolean {
  return process.stdin === stdin && process.stdout === stdout && process.stderr === stderr;
}

/** Mounts of the instance's snapshot; one that was removed behind our back is made again on the same chain. */
async function rootMounts(context: ContainersContext, id: string, signal?: AbortSignal): Promise<readonly Mount[]> {
  const { containers, snapshots } = context.connection.services;
  const { container } = await containers.get({ id }, { signal });
  if (container === undefined) throw new RuntimeError('NotFound', `instance ${id} has no record`);
  const { snapshotter, snapshotKey: key, labels } = container;
  const found = await unlessGone(snapshots.mounts({ snapshotter, key }, { signal }));
  if (found !== undefined) return found.mounts;
  const made = await prepareRoot(context, key, { snapshotter, chainId: labels[CHAIN_LABEL] ?? '' }, signal);
  return made ?? (await snapshots.mounts({ snapshotter, key }, { signal })).mounts;
}
