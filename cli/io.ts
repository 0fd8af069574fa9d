/** What a command may touch of the process that runs it: everything comes in here, so that tests can give their own. */
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';

/** A stream for text that people or pipes read; `process.stdout` is one. */
export interface TextOutput extends EventEmitter {
  write(chunk: string | Uint8Array): boolean;
  readonly isTTY?: boolean;
  /** Width of the terminal, which tells of another size with `resize`. */
  readonly columns?: number;
  /** Its height. */
  readonly rows?: number;
  /** The file behind it, which a program that is started can write to itself. */
  readonly fd?: number;
}

/** What is typed or piped in; `process.stdin` is one. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
  /** Of a terminal: every key as it is, Ctrl-C included, and nothing shown. */
  setRawMode?(raw: boolean): unknown;
  /** Nobody reads it any more: it keeps nothing alive. */
  destroy?(): unknown;
}

/** Signals that end a command in its own, orderly way. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Io {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly stdin: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** Effective user id. */
  readonly uid: number;
  readonly home: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when that comes first. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Has every signal that would end this program call this instead, until disposed; for a command that has much to end in order. */
  readonly onEndSignal?: (handle: (signal: EndSignal) => void) => Disposable;
  /** Has the next Ctrl-C call this instead, once; for a command that ends its work in order. */
  readonly onInterrupt?: (handle: () => void) => Disposable;
}

/** Writes, and waits until a slow reader has caught up. */
export async function print(output: TextOutput, chunk: string | Uint8Array): Promise<void> {
  if (!output.write(chunk)) await once(output, 'drain');
}

/** One line to standard error: hints, warnings, progress. */
export function note(io: Io, line: string): void {
  io.stderr.write(`${line}\n`);
}
