/**
 * Keeps one resident program running: adopts the one that an earlier daemon left, replaces one of another version, starts one where there
 * is none, and starts it again when it dies.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRuntimeError } from '../errors.ts';
import type { Processes } from '../ports/processes.ts';
import type { ResidentConnection } from './connection.ts';
import { connectOrStart } from './connect-or-start.ts';
import type { ResidentPaths } from './paths.ts';
import { copyProgram } from './program-copy.ts';
import type { ResidentAnswer, ResidentMessage } from './program/wire.ts';

export interface KeepResidentOptions<Message, Answer extends ResidentAnswer> {
  readonly paths: ResidentPaths;
  readonly processes: Processes;
  readonly log: ResidentLog;
  /** Path of Node. */
  readonly node: string;
  /** Folder of the program's files. */
  readonly program: string;
  /** Packages that it imports. */
  readonly packages?: readonly string[];
  /** The most its heap may grow to. */
  readonly heapMegabytes: number;
  /** More words of its command line. */
  readonly args?: readonly string[];
  /** Before anything is asked of a connection; rejects: it is given up, and another one made. `adopted`: it was not started for it. */
  readonly onConnect?: (connection: ResidentConnection<Message, Answer>, adopted: boolean) => Promise<void>;
  /** The last that is asked of one of another version, before it hands over: what it alone knows. */
  readonly onRetire?: (connection: ResidentConnection<Message, Answer>) => Promise<void>;
  /** Hears what the program says unasked. */
  readonly onEvent?: (event: unknown) => void;
}

/** The part of a pino logger that is used here. */
export interface ResidentLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface KeptResident<Message, Answer extends ResidentAnswer> extends AsyncDisposable {
  /**
   * Asks the program, on the present connection or, once, the next one: messages are idempotent. Rejects with RuntimeError.
   */
  ask(message: Message | ResidentMessage): Promise<Answer>;
  /** A talk of several messages over one connection, as a whole on the next one where that ends in between. Rejects as `ask` does. */
  converse<T>(talk: (connection: Pick<ResidentConnection<Message, Answer>, 'ask'>) => Promise<T>): Promise<T>;
}

const longestBackoffMs = 5000;
/** One that lived shorter did not live: the next one waits, so that a program that ends at once does not take a core. */
const livedMs = 1000;

/** Resolves when the program answers. Disposing ends the connection, never the program. */
export async function keepResident<Message, Answer extends ResidentAnswer>(
  options: KeepResidentOptions<Message, Answer>,
): Promise<KeptResident<Message, Answer>> {
  const { paths, packages = [] } = options;
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  const source = { name: paths.name, folder: options.program, packages };
  const program = await copyProgram(source, join(paths.directory, 'program'));
  const stop = new AbortController();
  const open = (): Promise<ResidentConnection<Message, Answer>> => connectOrStart(options, program, stop.signal);
  const state = { current: open(), replaced: Promise.withResolvers<void>() };
  await state.current;
  const replace = (): void => {
    state.current = open();
    state.replaced.resolve();
    state.replaced = Promise.withResolvers();
  };
  const supervision = supervise(() => state.current, replace, options, stop.signal);
  const converse: KeptResident<Message, Answer>['converse'] = async (talk) => {
    const { current, replaced } = state;
    try {
      return await talk(await current);
    } catch (error) {
      // What a dying program did not answer is asked of the next one.
      if (!isRuntimeError(error, 'Unavailable') || stop.signal.aborted) throw error;
      await replaced.promise;
      return await talk(await state.current);
    }
  };
  return {
    ask: (message) => converse((connection) => connection.ask(message)),
    converse,
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
  current: () => Promise<{ readonly closed: Promise<void> }>,
  replace: () => void,
  { log, paths }: { readonly log: ResidentLog; readonly paths: ResidentPaths },
  signal: AbortSignal,
): Promise<void> {
  for (let backoff = 0; ; replace()) {
    try {
      const connection = await current();
      const since = performance.now();
      await connection.closed;
      backoff = performance.now() - since < livedMs ? longer(backoff) : 0;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, `${paths.name} could not be started`);
      backoff = longer(backoff);
    }
    if (backoff > 0) await delay(backoff, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

const longer = (backoff: number): number => Math.min(Math.max(100, backoff * 2), longestBackoffMs);
