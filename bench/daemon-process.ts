import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, type HttpClient } from '../client/http.ts';
import { inside } from './network/namespace.ts';

const START_MS = 60_000;
const POLL_MS = 50;

/** What a daemon's event loop did between two moments, milliseconds. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

/** A daemon in a process of its own. Disposing it stops it; what it made stays. */
export interface DaemonProcess extends AsyncDisposable {
  readonly pid: number;
  readonly client: HttpClient;
  /** Runs `work` and tells what the daemon's event loop did meanwhile; only with `hooked`. */
  loopDelay(work: () => Promise<void>): Promise<LoopDelay>;
}

export interface DaemonProcessOptions {
  /** The built `tsmoby`. */
  readonly program: string;
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly allowHostPaths: readonly string[];
  readonly output: string;
  /** Preload the hook that measures the event loop. */
  readonly hooked: boolean;
  /** Ends the daemon, and with it whatever waits for it. */
  readonly signal: AbortSignal;
  /** More flags for Node, of those that NODE_OPTIONS takes: `--cpu-prof`, … */
  readonly nodeFlags?: readonly string[];
  /** Network namespace in which it stands; absent: the machine's. */
  readonly network?: string;
  /** More words for it. */
  readonly daemonArguments?: readonly string[];
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const HOOK = new URL('./delay-hook.mjs', import.meta.url).href;

/** Resolves when it serves. Rejects with the end of its output when it does not come up. */
export async function startDaemonProcess(options: DaemonProcessOptions): Promise<DaemonProcess> {
  const { dataDirectory, runDirectory, allowHostPaths, hooked, nodeFlags = [], daemonArguments = [] } = options;
  const flags = [...(hooked ? ['--import', HOOK] : []), ...nodeFlags];
  const allowed = allowHostPaths.flatMap((path) => ['--allow-host-path', path]);
  const args = ['--data-dir', dataDirectory, '--run-dir', runDirectory, ...allowed, ...daemonArguments];
  await using output = await open(options.output, 'a');
  const env = {
    ...process.env,
    NODE_OPTIONS: flags.join(' '),
    NODE_COMPILE_CACHE: join(dataDirectory, '..', 'cache'),
    ...options.env,
  };
  const [program, words] = inside(options.network, options.program, ['daemon', ...args]);
  const child = spawn(program, words, {
    env,
    stdio: ['ignore', output.fd, output.fd, ...(hooked ? ['ipc' as const] : [])],
  });
  options.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  if (options.signal.aborted) child.kill('SIGTERM');
  const client = await createHttpClient({
    connection: { socketPath: join(runDirectory, 'tsmoby.sock') },
    userAgent: 'tsmoby-bench/1',
  });
  try {
    await untilReady(child, client, options.output);
  } catch (error) {
    client[Symbol.dispose]();
    await stop(child);
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    client,
    async loopDelay(work) {
      child.send('start');
      await work();
      const answer = once(child, 'message');
      child.send('stop');
      return ((await answer) as [LoopDelay])[0];
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await stop(child);
    },
  };
}

async function untilReady(child: ChildProcess, client: HttpClient, output: string): Promise<void> {
  for (const deadline = Date.now() + START_MS; ; await sleep(POLL_MS)) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      const last = (await readFile(output, 'utf8')).trimEnd().split('\n').slice(-20).join('\n');
      throw new Error(`the daemon did not come up. Its last words:\n${last}`);
    }
    try {
      await client.raw('/version');
      return;
    } catch {
      // Not yet.
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(timer);
}
