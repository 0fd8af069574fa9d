import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuseWhenInterrupted } from '../interruption.ts';

/** A program that serves, and how to see that it does. */
export interface DaemonProgram {
  /** Its output goes into the file `log` there. */
  readonly folder: string;
  /** Program and arguments. */
  readonly words: readonly string[];
  /** Besides what this process has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
}

/** A child of the test that can die and come again on the same files. */
export interface PrivateDaemon {
  /** Of the present process; throws when none runs. */
  readonly pid: number;
  /** Resolves when it serves; rejects with the end of its output when it ends before, or does not come up. */
  start(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. What it started may live on. Idempotent. */
  kill(): Promise<void>;
  /** All that its processes have written. */
  output(): Promise<string>;
}

const PATIENCE_MS = 120_000;

export function privateDaemon({ folder, words, env = {}, isReady }: DaemonProgram): PrivateDaemon {
  const [program = '', ...args] = words;
  const log = join(folder, 'log');
  let child: ChildProcess | undefined;
  const output = (): Promise<string> => readFile(log, 'utf8').catch(() => '');
  return {
    get pid() {
      if (child?.pid === undefined || !runs(child)) throw new Error(`${program} does not run`);
      return child.pid;
    },
    output,
    async start() {
      refuseWhenInterrupted();
      const file = await open(log, 'a');
      child = spawn(program, args, { stdio: ['ignore', file.fd, file.fd], env: { ...process.env, ...env } });
      await file.close();
      const ended = once(child, 'exit').then(() => true);
      const deadline = performance.now() + PATIENCE_MS;
      while (!(await isReady())) {
        const over = await Promise.race([ended, sleep(20, false)]);
        if (!over && performance.now() < deadline) continue;
        const said = (await output()).trim().split('\n').slice(-15).join('\n');
        throw new Error(`${program} did not start:\n${said}`);
      }
    },
    async kill() {
      if (child === undefined || !runs(child)) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function runs(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
