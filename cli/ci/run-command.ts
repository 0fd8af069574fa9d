import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { EndSignals } from './end-signals.ts';

/** As a shell has them. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

export interface RunCommandOptions {
  readonly words: readonly [program: string, ...args: string[]];
  /** Besides what this process has. */
  readonly variables: Readonly<Record<string, string>>;
  readonly io: Io;
  readonly signals: EndSignals;
}

/** Runs the command with our own input and output; resolves with its exit code, 128 and the number of the signal that ended it. Rejects with CommandError that has `exitCode`. */
export async function runCommand({ words, variables, io, signals }: RunCommandOptions): Promise<number> {
  const [program, ...args] = words;
  const child = spawn(program, args, { stdio: 'inherit', cwd: io.cwd, env: { ...io.env, ...variables } });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', (error: NodeJS.ErrnoException) => reject(new CannotStartError(program, error)));
  child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0)));
  signals.handOn((signal) => {
    // the terminal sends its Ctrl-C to all that run in it
    if (signal === 'SIGINT' && io.stdin.isTTY === true) return;
    child.kill(signal);
  });
  try {
    return await promise;
  } finally {
    signals.handOn(undefined);
  }
}

/** The command could not be started. */
export class CannotStartError extends CommandError {
  readonly exitCode: number;
  constructor(program: string, cause: NodeJS.ErrnoException) {
    const isMissing = cause.code === 'ENOENT';
    const problem = isMissing ? 'there is no such program' : cause.message;
    super(`cannot run ${program}: ${problem}`, { cause });
    this.exitCode = isMissing ? NOT_FOUND : NOT_EXECUTABLE;
  }
}
