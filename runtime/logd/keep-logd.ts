/**
 * Keeps one logd running: adopts the one that an earlier daemon left, replaces one of another version without a line lost,
 * starts one where there is none, and starts it again when it dies.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { ProcessIdentity, Processes } from '../ports/processes.ts';
import { connectLogd, type LogdConnection } from './connection.ts';
import type { LogPaths } from './files.ts';
import { copyProgram, type ProgramCopy } from './program-copy.ts';
import type { Answer, Message } from './program/protocol.ts';

export interface KeepLogdOptions {
  readonly paths: LogPaths;
  readonly processes: Processes;
  readonly log: LogdLog;
  /** Path of Node. */
  readonly node: string;
  /** Folder of the program's files. */
  readonly program: string;
}

/** The part of a pino logger that is used here. */
export interface LogdLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface KeptLogd extends AsyncDisposable {
  /** Asks logd, on the present connection or the next one. Rejects with RuntimeError. */
  ask(message: Message): Promise<Answer>;
}

/** How long logd may take to listen: it opens the FIFOs of all runs first. */
const startDeadlineMs = 15_000;
const longestBackoffMs = 5000;
/** One that lived shorter did not live: the next one waits, so that a logd that ends at once does not take a core. */
const livedMs = 1000;

/**
 * No helper threads, and a heap that cannot grow: a logd has 11 MB of its own when idle, 20 MB after a burst (Node 24.21). Compiled
 * code stays on: without it a burst costs four times the processor time.
 */
const nodeOptions = ['--max-old-space-size=32', '--max-semi-space-size=1', '--single-threaded-gc', '--v8-pool-size=0'];

/** Resolves when logd answers. Disposing ends the connection, never logd. */
export async function keepLogd(options: KeepLogdOptions): Promise<KeptLogd> {
  const { paths, log } = options;
  await mkdir(join(paths.logd, 'fifos'), { recursive: true, mode: 0o700 });
  const program = await copyProgram(options.program, join(paths.logd, 'program'));
  const stop = new AbortController();
  const state = { current: connectOrStart(options, program, stop.signal), replaced: Promise.withResolvers<void>() };
  await state.current;
  const replace = (): void => {
    state.current = connectOrStart(options, program, stop.signal);
    state.replaced.resolve();
    state.replaced = Promise.withResolvers();
  };
  const supervision = supervise(() => state.current, replace, log, stop.signal);
  return {
    async ask(message) {
      const { current, replaced } = state;
      try {
        return await (await current).ask(message);
      } catch (error) {
        // Both messages are idempotent: what a dying logd did not answer is asked of the next one.
        if (!isRuntimeError(error, 'Unavailable') || stop.signal.aborted) throw error;
        await replaced.promise;
        return await (await state.current).ask(message);
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      (await state.current.catch(() => undefined))?.[Symbol.dispose]();
      state.replaced.resolve();
      await supervision;
    },
  };
}

/** Until the signal: waits for the connection to end, and has it replaced; with growing pauses while that fails. */
async function supervise(
  current: () => Promise<LogdConnection>,
  replace: () => void,
  log: LogdLog,
  signal: AbortSignal,
): Promise<void> {
  for (let backoff = 0; ; replace()) {
    try {
      const connection = await current();
      const since = performance.now();
      await connection.closed;
      backoff = performance.now() - since < livedMs ? longer(backoff) : 0;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'logd could not be started');
      backoff = longer(backoff);
    }
    if (backoff > 0) await delay(backoff, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

const longer = (backoff: number): number => Math.min(Math.max(100, backoff * 2), longestBackoffMs);

/** Words of logd's command line that no other process has. */
export function logdWords(paths: LogPaths): readonly string[] {
  return ['--run-directory', paths.logd];
}

export function logdRecord(paths: LogPaths): string {
  return join(paths.logd, 'process.json');
}

async function connectOrStart(
  options: KeepLogdOptions,
  program: ProgramCopy,
  signal: AbortSignal,
): Promise<LogdConnection> {
  const { paths, processes, log } = options;
  const adopted = await processes.adopt(logdRecord(paths), logdWords(paths));
  if (adopted) {
    const connection = await untilItListens(options, adopted, signal);
    const { version } = await connection.ask({ op: 'hello' });
    if (version === program.version) return connection;
    log.info({ pid: adopted.pid, version, next: program.version }, 'logd of another version hands over');
    await connection.ask({ op: 'retire' });
    await processes.end(adopted, startDeadlineMs);
  }
  const started = await processes.startDetached({
    program: options.node,
    args: [...nodeOptions, program.entry, ...logdWords(paths), '--version', program.version],
    env: { UV_THREADPOOL_SIZE: '2' },
    output: join(paths.logd, 'output.log'),
    record: logdRecord(paths),
  });
  log.info({ pid: started.pid, version: program.version }, 'logd started');
  return await untilItListens(options, started, signal);
}

async function untilItListens(
  { paths, processes }: KeepLogdOptions,
  identity: ProcessIdentity,
  signal: AbortSignal,
): Promise<LogdConnection> {
  const deadline = performance.now() + startDeadlineMs;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
    try {
      return await connectLogd(paths.socket);
    } catch (error) {
      if (!isRuntimeError(error, 'Unavailable')) throw error;
    }
    const ended = !(await processes.isAlive(identity));
    if (ended || performance.now() > deadline) {
      const what = ended ? 'logd ended while it started' : `logd does not listen within ${startDeadlineMs} ms`;
      throw new RuntimeError('Unavailable', `${what}: see ${join(paths.logd, 'output.log')}`);
    }
    await delay(pause, undefined, { signal });
  }
}
