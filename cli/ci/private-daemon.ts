/** A daemon for one job alone, where none runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpClient } from '../../client/http.ts';
import { socketPathIn } from '../daemon-options.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { FOLDER_PREFIX } from './sweep.ts';

const START_MS = 60_000;
const POLL_MS = 50;
const LAST_LINES = 10;

/** Disposing ends it and waits until nothing of it is left: rejects with CommandError. It ends by itself when this process does, however. */
export interface PrivateDaemon extends AsyncDisposable {
  readonly socketPath: string;
  readonly pid: number;
  /** Nobody ends it any more but a signal. */
  keep(): Promise<void>;
}

/** Resolves when it answers. Rejects with CommandError that has its last words, or with the signal's reason. */
export async function startPrivateDaemon(io: Io, signal: AbortSignal): Promise<PrivateDaemon> {
  if (io.uid !== 0)
    throw new CommandError(
      'a daemon for this job alone must be started by root for now: run this as root, or name a daemon that runs with --server or TSMOBY_HOST',
    );
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  const child = await spawnDaemon(folder, io);
  const ended = once(child, 'exit');
  const daemon = handleOf(child, ended, folder);
  try {
    await answers(daemon.socketPath, child, signal);
    return daemon;
  } catch (error) {
    const words = await lastWords(folder);
    await Promise.allSettled([daemon[Symbol.asyncDispose]()]);
    await removeOutput(folder);
    signal.throwIfAborted();
    throw new CommandError(`the daemon for this job did not come up: ${(error as Error).message}${words}`, {
      cause: error,
    });
  }
}

/** In a session of its own: the terminal's Ctrl-C is for us, and who kills our whole process group must not kill who tidies up. */
async function spawnDaemon(folder: string, io: Io): Promise<ChildProcess> {
  await using output = await open(join(folder, 'log'), 'a', 0o600);
  const listen = `unix://${socketPathIn(join(folder, 'run'))}`;
  const words = ['daemon', '--ephemeral', folder, '--listen', listen, '--allow-host-path', io.cwd];
  return spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words], {
    detached: true,
    stdio: ['pipe', output.fd, output.fd],
    cwd: '/',
  });
}

function handleOf(child: ChildProcess, ended: Promise<unknown[]>, folder: string): PrivateDaemon {
  let kept = false;
  // it went first: told by what fails
  child.stdin?.on('error', () => undefined);
  return {
    socketPath: socketPathIn(join(folder, 'run')),
    pid: child.pid ?? 0,
    async keep() {
      kept = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      child.stdin?.end('keep\n', resolve);
      await promise;
      child.unref();
    },
    async [Symbol.asyncDispose]() {
      if (kept) return;
      child.stdin?.end();
      const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
      if (code === 0) return;
      const words = await lastWords(folder);
      throw new CommandError(`the daemon of this job ended with ${code ?? signal}; see ${folder}${words}`);
    },
  };
}

async function answers(socketPath: string, child: ChildProcess, signal: AbortSignal): Promise<void> {
  using client = await createHttpClient({ connection: { socketPath }, userAgent: 'tsmoby-ci/1' });
  for (const deadline = performance.now() + START_MS; performance.now() < deadline;) {
    signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
    try {
      await client.raw('/version', { signal });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  throw new Error(`it did not answer within ${START_MS / 1000} s`);
}

/** Of a daemon that has taken all else away. */
async function removeOutput(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes('data') || names.includes('run')) return;
  await rm(folder, { recursive: true, force: true });
}

async function lastWords(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-LAST_LINES);
  return text === '' ? '' : `\n${lines.join('\n')}`;
}
