/** Calls about a further process. One that has ended, or was never there, needs none of them: success. */
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRuntimeError } from '../../errors.ts';
import type { TerminalSize } from '../../ports/containers.ts';
import { TASK_DEADLINE, type ContainersContext } from '../containers/context.ts';
import { isGrpc, toRuntimeError, unlessGone } from '../errors.ts';
import type { ExecName } from './fifos.ts';

/** Exit code of a process that the end of its container took along. */
const TAKEN_ALONG = 128 + constants.signals.SIGKILL;
/** Milliseconds between questions to a containerd that is away. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1_000;
/** A shim that ends in the middle of an answer leaves words without a code; asked again, containerd knows that it is gone. */
const ATTEMPTS = 3;

/**
 * The exit code, however long it takes and however often containerd restarts meanwhile: the shim keeps it until the process is deleted.
 * Rejects with RuntimeError; Cancelled by the signal.
 */
export async function waitForExit(
  context: ContainersContext,
  { id, execId }: ExecName,
  signal: AbortSignal,
): Promise<{ readonly exitCode: number }> {
  const { tasks } = context.connection.services;
  for (let wait = FIRST_WAIT, failures = 0; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      const { exitStatus } = await tasks.wait({ containerId: id, execId }, { signal, deadline: 0 });
      return { exitCode: exitStatus & 0xff };
    } catch (error) {
      // The task was deleted: its processes went with it.
      if (isGrpc(error, 'NOT_FOUND')) return { exitCode: TAKEN_ALONG };
      const failure = toRuntimeError(error, `wait for process ${execId} of instance ${id}`);
      if (failure.code === 'Cancelled') throw failure;
      if (failure.code !== 'Unavailable' && ++failures === ATTEMPTS) throw failure;
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}

/** SIGKILL. */
export async function killExec(context: ContainersContext, name: ExecName): Promise<void> {
  const { tasks } = context.connection.services;
  const signal = constants.signals.SIGKILL;
  await persistently(name, () => unlessOver(tasks.kill({ ...ids(name), signal })));
}

/** Makes containerd forget a process that has ended or was never started. */
export async function deleteExec(context: ContainersContext, name: ExecName): Promise<void> {
  const { tasks } = context.connection.services;
  await persistently(name, () => unlessGone(tasks.deleteProcess(ids(name), { deadline: TASK_DEADLINE })));
}

/** The shim holds an end of the input, too, so that a client may come and go. */
export async function closeShimInput(context: ContainersContext, name: ExecName): Promise<void> {
  const { tasks } = context.connection.services;
  await persistently(name, () => unlessOver(tasks.closeIO({ ...ids(name), stdin: true })));
}

export async function resizeExec(
  context: ContainersContext,
  name: ExecName,
  { columns, rows }: TerminalSize,
): Promise<void> {
  const { tasks } = context.connection.services;
  await unlessOver(tasks.resizePty({ ...ids(name), width: columns, height: rows }));
}

const ids = ({ id, execId }: ExecName): { containerId: string; execId: string } => ({ containerId: id, execId });

/** Ended processes take nothing more; containerd has several words for that, and seldom a code. */
async function unlessOver(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (isGrpc(error, 'NOT_FOUND', 'FAILED_PRECONDITION')) return;
    if (isGrpc(error, 'UNKNOWN', 'INTERNAL') && OVER.test(error.details)) return;
    throw error;
  }
}

const OVER = /not found|finished|not created|stopped|deleted|no such process|already closed|ttrpc: closed/;

/** Past a containerd that restarts; a call that must be made is not given up at once. */
async function persistently(name: ExecName, call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1, wait = FIRST_WAIT; ; attempt++, wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return void (await call());
    } catch (error) {
      const failure = toRuntimeError(error, `process ${name.execId} of instance ${name.id}`);
      if (!isRuntimeError(failure, 'Unavailable') || attempt === 2 * ATTEMPTS) throw failure;
    }
    await sleep(wait);
  }
}
