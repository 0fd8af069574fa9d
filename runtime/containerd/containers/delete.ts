import { constants } from 'node:os';
import { isRuntimeError, RuntimeError } from '../../errors.ts';
import { collectUnlessRecorded } from '../collector.ts';
import { isGrpc, unlessGone } from '../errors.ts';
import { MANIFEST_LABEL } from '../labels.ts';
import { TASK_DEADLINE, type ContainersContext } from './context.ts';
import { removeInputFifo } from './input.ts';
import { removeShimSocket } from './shim-socket.ts';

/** Milliseconds from SIGKILL to the exit; a process in uninterruptible sleep takes as long as its disk. */
const EXIT_DEADLINE = 30_000;

/** Forgets a stopped task and its shim. Rejects with FailedPrecondition while it runs. */
export async function deleteTask(context: ContainersContext, id: string): Promise<void> {
  try {
    await unlessGone(context.connection.services.tasks.delete({ containerId: id }, { deadline: TASK_DEADLINE }));
    await removeInputFifo(context, id);
  } catch (error) {
    if (!isRunning(error)) throw error;
    throw new RuntimeError('FailedPrecondition', `instance ${id} still runs: kill it before its task is deleted`, {
      cause: error,
      reason: 'TaskRunning',
    });
  }
}

/** 1.7's shim answers without a code. */
function isRunning(error: unknown): boolean {
  return (
    isGrpc(error, 'FAILED_PRECONDITION') ||
    (isGrpc(error, 'UNKNOWN') && /cannot delete a (running|paused)/.test(error.details))
  );
}

/**
 * Task (killed if need be), record, snapshot, in this order: what a crash leaves is found by the next delete or by the sweep. An image that was deleted
 * before its last instance goes with it.
 */
export async function deleteInstance(context: ContainersContext, id: string): Promise<void> {
  const { containers, snapshots } = context.connection.services;
  context.freshMounts.delete(id);
  await endTask(context, id);
  const container = (await unlessGone(containers.get({ id })))?.container;
  const snapshotter = container?.snapshotter ?? context.connection.snapshotter;
  await unlessGone(containers.delete({ id }));
  await removeShimSocket(context, id);
  const removed = await unlessGone(snapshots.remove({ snapshotter, key: container?.snapshotKey ?? id }));
  const manifest = container?.labels[MANIFEST_LABEL];
  if (manifest !== undefined) await collectUnlessRecorded(context.connection, manifest);
  else if (removed !== undefined) await context.connection.collect();
}

/** Kills and deletes the task, if there is one. */
export async function endTask(context: ContainersContext, id: string): Promise<void> {
  const { tasks } = context.connection.services;
  try {
    await deleteTask(context, id);
  } catch (error) {
    if (!isRuntimeError(error, 'FailedPrecondition')) throw error;
    await unlessGone(tasks.kill({ containerId: id, signal: constants.signals.SIGKILL }));
    await unlessGone(tasks.wait({ containerId: id }, { deadline: EXIT_DEADLINE }));
    await deleteTask(context, id);
  }
}
