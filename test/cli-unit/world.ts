import { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Input, Io, TextOutput } from '../../cli/io.ts';
import { runCommandLine } from '../../cli/run.ts';
import { openApiWorld, type ApiWorld } from '../support/api-world.ts';
import { makeFolder } from '../support/interruption.ts';

/** The clock of server and commands stands still, so that every age is 0s. */
export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** What a command printed, and how it ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Input;
  /** Width of the terminal that stdout is; absent: it is none. */
  readonly columns?: number;
  /** Hears of the terminal that stdout is. */
  readonly onTerminal?: (terminal: TextOutput) => void;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  /** Gets what a first Ctrl-C does, where a command wants to do something. */
  readonly onInterrupt?: (handle: () => void) => Disposable;
  /** Sees standard output while it comes. */
  readonly onOutput?: (all: string) => void;
  /** The same of standard error. */
  readonly onErrors?: (all: string) => void;
}

/** Runs a command line in this process. */
export async function runLine(line: readonly string[], options: RunOptions = {}): Promise<Run> {
  const stdout = output(options.columns, options.onOutput);
  const stderr = output(undefined, options.onErrors);
  options.onTerminal?.(stdout.stream);
  const io: Io = {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: typeof options.stdin === 'object' ? options.stdin : chunks(options.stdin ?? ''),
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    uid: 0,
    home: '/root',
    now: () => NOW,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
    signal: options.signal ?? new AbortController().signal,
    ...(options.onInterrupt === undefined ? {} : { onInterrupt: options.onInterrupt }),
  };
  const code = await runCommandLine(line, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function output(
  columns: number | undefined,
  onOutput: ((all: string) => void) | undefined,
): { readonly stream: TextOutput; readonly text: () => string } {
  const written: Buffer[] = [];
  const text = (): string => Buffer.concat(written).toString('utf8');
  const stream = Object.assign(new EventEmitter(), {
    write(chunk: string | Uint8Array): boolean {
      written.push(Buffer.from(chunk));
      onOutput?.(text());
      return true;
    },
    ...(columns === undefined ? {} : { isTTY: true, columns, rows: 24 }),
  });
  return { stream, text };
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A real API server on a socket, and the command line beside it. */
export interface CliWorld extends AsyncDisposable {
  readonly api: ApiWorld;
  /** Empty; for manifests. */
  readonly directory: string;
  readonly socketPath: string;
  /** Runs `tsmoby …` against the server, in the directory. */
  tsmoby(line: readonly string[], options?: RunOptions): Promise<Run>;
}

export async function openCliWorld(): Promise<CliWorld> {
  await using opening = new AsyncDisposableStack();
  const api = opening.use(await openApiWorld({ clock: { now: () => NOW } }));
  const directory = await makeFolder('/tmp/tsm-cli-');
  opening.defer(() => rm(directory, { recursive: true }));
  const socketPath = join(directory, 'api.sock');
  await api.server.listenUnix({ path: socketPath });
  const owned = opening.move();
  return {
    api,
    directory,
    socketPath,
    tsmoby: (line, options = {}) =>
      runLine(line, { cwd: directory, ...options, env: { TSMOBY_HOST: `unix://${socketPath}`, ...options.env } }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
