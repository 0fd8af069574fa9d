import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Status } from '../../../proto/gen/containerd/types/process_pb.ts';
import { RuntimeError } from '../../errors.ts';
import type { TaskInput } from '../../ports/containers.ts';
import { unlessGone } from '../errors.ts';
import { closeShimInput } from '../exec/calls.ts';
import { openInput } from '../exec/input.ts';
import type { ContainersContext } from './context.ts';

/** Milliseconds. The shim opens its end with the start; when nobody reads, the input was closed before. */
const PATIENCE = 1_000;

/** The FIFO that a task reads. The shim holds both of its ends: it outlives whoever writes. */
export function inputFifo({ facts }: Pick<ContainersContext, 'facts'>, id: string): string {
  return join(directoryOf(facts.runDirectory), id);
}

/** Instances that have one. */
export async function listInputFifos({ facts }: ContainersContext): Promise<readonly string[]> {
  return await readdir(directoryOf(facts.runDirectory)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Success when there is none. */
export async function removeInputFifo(context: ContainersContext, id: string): Promise<void> {
  await rm(inputFifo(context, id), { force: true });
}

/** Rejects with FailedPrecondition when there is nothing to write to. */
export async function openTaskInput(context: ContainersContext, id: string, signal?: AbortSignal): Promise<TaskInput> {
  const { tasks } = context.connection.services;
  const process = (await unlessGone(tasks.get({ containerId: id }, { signal })))?.process;
  if (process?.status !== Status.RUNNING) throw refusal(`instance ${id} does not run`);
  if (process.stdin === '') throw refusal(`instance ${id} was started without an input`);
  const input = openInput(process.stdin, PATIENCE);
  return {
    write: (bytes) => input.write(bytes),
    async close() {
      await input.end();
      await closeShimInput(context, { id, execId: '' });
    },
    [Symbol.dispose]: () => input[Symbol.dispose](),
  };
}

const refusal = (message: string): RuntimeError => new RuntimeError('FailedPrecondition', message);

const directoryOf = (runDirectory: string): string => join(runDirectory, 'stdin');
