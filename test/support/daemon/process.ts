import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonOptions } from '../../../cli/daemon-options.ts';

const entry = join(import.meta.dirname, 'entry.ts');

/** The daemon as a child of the test; what it writes goes into a file. */
export interface DaemonProcess {
  readonly pid: number;
  /** Resolves with exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly running: boolean;
  kill(signal: NodeJS.Signals): void;
}

/** Where a program of the test runs. */
export interface Surroundings {
  /** Words in front of it, that lead into another network. */
  readonly prefix?: readonly string[];
  /** Besides what this process has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** `output`: file that gets stdout and stderr, appended. */
export async function spawnDaemon(
  options: DaemonOptions,
  output: string,
  { prefix = [], env = {} }: Surroundings = {},
): Promise<DaemonProcess> {
  await using file = await open(output, 'a');
  const [program, ...words] = [...prefix, process.execPath, entry, JSON.stringify(options)];
  const child: ChildProcess = spawn(program, words, {
    stdio: ['ignore', file.fd, file.fd],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  if (child.pid === undefined) throw new Error('node could not be started');
  return {
    pid: child.pid,
    ended,
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** What a daemon that was not to start says: exit code and all its output. */
export async function runToItsEnd(
  options: DaemonOptions,
  output: string,
): Promise<{ readonly code: number | NodeJS.Signals; readonly text: string }> {
  const child = await spawnDaemon(options, output);
  const deadline = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const code = await child.ended;
  clearTimeout(deadline);
  return { code, text: await readFile(output, 'utf8') };
}
