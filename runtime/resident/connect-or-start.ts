/** One connection to a resident program: to the one that runs, where it is of this version, else to one that is started. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { ProcessIdentity } from '../ports/processes.ts';
import { connectResident, type ResidentConnection } from './connection.ts';
import type { KeepResidentOptions } from './keep-resident.ts';
import type { ProgramCopy } from './program-copy.ts';
import type { ResidentAnswer } from './program/wire.ts';

/** How long the program may take to listen: logd opens the FIFOs of all runs first. */
const startDeadlineMs = 15_000;
/** For one that did not answer until then. */
const lateGraceMs = 1000;

/**
 * No helper threads, and a heap that cannot grow: a logd has 11 MB of its own when idle, 20 MB after a burst (Node 24.21). Compiled
 * code stays on: without it a burst costs four times the processor time.
 */
const nodeOptions = ['--max-semi-space-size=1', '--single-threaded-gc', '--v8-pool-size=0'];

export async function connectOrStart<Message, Answer extends ResidentAnswer>(
  options: KeepResidentOptions<Message, Answer>,
  program: ProgramCopy,
  signal: AbortSignal,
): Promise<ResidentConnection<Message, Answer>> {
  const { paths, processes, log } = options;
  const adopted = await processes.adopt(paths.record, paths.words);
  if (adopted) {
    const connection = await untilItListens(options, adopted, signal);
    const kept = await withDeadline(connection, () => takeOver(options, program, connection, adopted.pid));
    if (kept === 'kept') return connection;
    connection[Symbol.dispose]();
    if (kept === 'late') log.warn({ pid: adopted.pid }, `${paths.name} does not answer, and is replaced`);
    await processes.end(adopted, kept === 'late' ? lateGraceMs : startDeadlineMs);
  }
  const { words, directory, record } = paths;
  const started = await processes.startDetached({
    program: options.node,
    args: [
      `--max-old-space-size=${options.heapMegabytes}`,
      ...nodeOptions,
      program.entry,
      ...words,
      '--version',
      program.version,
      ...(options.args ?? []),
    ],
    env: { UV_THREADPOOL_SIZE: '2' },
    output: join(directory, 'output.log'),
    record,
  });
  log.info({ pid: started.pid, version: program.version }, `${paths.name} started`);
  const connection = await untilItListens(options, started, signal);
  const outcome = await withDeadline(connection, async () => await options.onConnect?.(connection, false));
  if (outcome !== 'late') return connection;
  connection[Symbol.dispose]();
  await processes.end(started, lateGraceMs);
  throw new RuntimeError('Unavailable', `${paths.name} does not answer within ${startDeadlineMs} ms`);
}

/** Who is of this version is kept; another one is told to let go. */
async function takeOver<Message, Answer extends ResidentAnswer>(
  { paths, log, onConnect, onRetire }: KeepResidentOptions<Message, Answer>,
  program: ProgramCopy,
  connection: ResidentConnection<Message, Answer>,
  pid: number,
): Promise<'kept' | 'retired'> {
  const { version } = await connection.ask({ op: 'hello' });
  if (version === program.version) {
    await onConnect?.(connection, true);
    return 'kept';
  }
  log.info({ pid, version, next: program.version }, `${paths.name} of another version hands over`);
  // What an older one cannot tell is no reason to keep it.
  await onRetire?.(connection).catch((err: unknown) => log.warn({ err }, `${paths.name} did not tell all`));
  await connection.ask({ op: 'retire' });
  return 'retired';
}

/** `late`: the program is stopped, or turns in circles, and must not keep the daemon waiting. Where the conversation fails, the connection ends. */
async function withDeadline<T>(connection: Disposable, converse: () => Promise<T>): Promise<T | 'late'> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), startDeadlineMs);
  try {
    const conversation = converse();
    conversation.catch(() => undefined);
    return await Promise.race([conversation, late.promise]);
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function untilItListens<Message, Answer extends ResidentAnswer>(
  { paths, processes, onEvent = () => undefined }: KeepResidentOptions<Message, Answer>,
  identity: ProcessIdentity,
  signal: AbortSignal,
): Promise<ResidentConnection<Message, Answer>> {
  const deadline = performance.now() + startDeadlineMs;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
    try {
      return await connectResident(paths, onEvent);
    } catch (error) {
      if (!isRuntimeError(error, 'Unavailable')) throw error;
    }
    const ended = !(await processes.isAlive(identity));
    if (ended || performance.now() > deadline) {
      const what = ended
        ? `${paths.name} ended while it started`
        : `${paths.name} does not listen within ${startDeadlineMs} ms`;
      throw new RuntimeError('Unavailable', `${what}: see ${join(paths.directory, 'output.log')}`);
    }
    await delay(pause, undefined, { signal });
  }
}
