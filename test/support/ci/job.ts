/** `tsmoby ci` as a person or a CI system starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Client } from '../../../client/client.ts';
import { eventually } from '../eventually.ts';

const main = join(import.meta.dirname, '../../../cli/main.ts');

export interface Ended {
  /** 128 and its number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Job {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output or error has shown it. */
  shows(this: void, what: RegExp): Promise<void>;
}

export interface JobOptions {
  /** Absent: it has to find one itself. */
  readonly socketPath?: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startJob(args: readonly string[], { socketPath, cwd, env = {} }: JobOptions): Job {
  const { TSMOBY_HOST: _host, TSMOBY_KUBECONFIG: _file, ...outer } = process.env;
  const host = socketPath === undefined ? {} : { TSMOBY_HOST: `unix://${socketPath}` };
  const child = spawn(process.execPath, [main, 'ci', ...args], { cwd, env: { ...outer, ...host, ...env } });
  child.stdin.end();
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [code, signal]]): Ended => ({
      code: code === null ? 128 + numberOf(signal) : (code as number),
      stdout,
      stderr,
    }),
  );
  return {
    child,
    ended,
    shows: async (what) => {
      await eventually(`${what.source} is shown`, () => what.test(seen) || child.exitCode !== null);
      if (!what.test(seen)) throw new Error(`it ended without showing ${what.source}:\n${seen}`);
    },
  };
}

const numberOf = (signal: unknown): number => (signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 2);

export const runJob = async (args: readonly string[], options: JobOptions): Promise<Ended> =>
  await startJob(args, options).ended;

/** Namespaces of jobs that are there. */
export async function environments(client: Client): Promise<readonly string[]> {
  const { items } = await client.list(
    { apiVersion: 'v1', kind: 'Namespace' },
    { labelSelector: 'tsmoby.dev/environment' },
  );
  return items.map(({ metadata }) => metadata.name);
}

/** Directories of daemons that were started for jobs, in the directory that the jobs were told to be for temporary files. */
export async function privateFolders(directory: string): Promise<readonly string[]> {
  return (await readdir(directory))
    .filter((name) => name.startsWith('tsmoby-ci-'))
    .map((name) => join(directory, name));
}
