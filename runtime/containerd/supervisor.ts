/**
 * Chooses a containerd and keeps it there.
 *
 * One that the user names is used as it is: never started, never stopped. Otherwise the daemon has its own, with data in the
 * data directory and state in the run directory, found on PATH. It is started detached and outlives the daemon, so that containers
 * do too; the next daemon adopts it. While the daemon runs, a containerd that dies is started again at once, then with growing delays.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { ProcessIdentity, Processes } from '../ports/processes.ts';
import type { Clock, Log } from './connection.ts';
import { containerdPaths, writeContainerdConfig, type ContainerdPaths } from './supervisor-config.ts';
import { openLink, type Link } from './supervisor-link.ts';
import { boundOutput, keepOutputBounded, outputTail } from './supervisor-output.ts';

export interface SupervisorOptions {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly processes: Processes;
  readonly log: Log;
  readonly clock: Clock;
  /** The daemon's environment: PATH and proxies reach containerd. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An existing containerd: `unix:///path` or `/path`. */
  readonly address?: string;
  /** Default: `containerd`. */
  readonly program?: string;
  readonly signal?: AbortSignal;
}

export interface ContainerdSupervisor extends AsyncDisposable {
  readonly socketPath: string;
  /** Whether it is ours. */
  readonly owned: boolean;
}

/** How long a start may take: an overloaded machine, a large metadata file. */
const startDeadline = 30_000;
const longestBackoff = 30_000;
/** After this long without trouble the next start is immediate again. */
const healthyAfter = 60_000;

/**
 * Resolves when containerd answers. Rejects: Unsupported (no containerd on PATH), InvalidArgument (a bad address, a run directory
 * that is too long), Unavailable (it does not come up; the message has its last words). Disposing ends the supervision, never containerd.
 */
export async function superviseContainerd(options: SupervisorOptions): Promise<ContainerdSupervisor> {
  if (options.address !== undefined) {
    const socketPath = parseAddress(options.address);
    return { socketPath, owned: false, async [Symbol.asyncDispose]() {} };
  }
  const paths = containerdPaths(options.dataDirectory, options.runDirectory);
  const first = await ensureRunning(options, paths);
  const stop = new AbortController();
  const bounded = keepOutputBounded(paths.output);
  const supervision = supervise(options, paths, first, stop.signal);
  return {
    socketPath: paths.socket,
    owned: true,
    async [Symbol.asyncDispose]() {
      stop.abort();
      bounded[Symbol.dispose]();
      await supervision;
    },
  };
}

/** The path of a `unix://` address. Rejects other schemes and relative paths. */
export function parseAddress(address: string): string {
  const path = address.startsWith('unix://') ? address.slice('unix://'.length) : address;
  if (path.startsWith('/')) return path;
  throw new RuntimeError('InvalidArgument', `containerd address "${address}" is not unix:///absolute/path`);
}

/** Words of the command line that no other process has. */
export function containerdWords(paths: ContainerdPaths): readonly string[] {
  return ['--config', paths.config];
}

interface Running {
  readonly identity: ProcessIdentity;
  readonly link: Link;
}

async function ensureRunning(options: SupervisorOptions, paths: ContainerdPaths): Promise<Running> {
  const { processes, log } = options;
  await writeContainerdConfig(paths);
  const adopted = await processes.adopt(paths.record, containerdWords(paths));
  const identity = adopted ?? (await start(options, paths));
  const link = await untilItAnswers(options, paths, identity);
  log.info({ pid: identity.pid, adopted: adopted !== undefined }, 'containerd answers');
  return { identity, link };
}

async function start({ processes, env, program }: SupervisorOptions, paths: ContainerdPaths): Promise<ProcessIdentity> {
  await boundOutput(paths.output);
  try {
    return await processes.startDetached({
      program: program ?? 'containerd',
      args: containerdWords(paths),
      env: containerdEnvironment(env),
      output: paths.output,
      record: paths.record,
    });
  } catch (error) {
    if (!isRuntimeError(error, 'Unsupported')) throw error;
    const message =
      'containerd is not on PATH: install the package containerd, version 1.7 or newer, or name one with --containerd';
    throw new RuntimeError('Unsupported', message, { cause: error, reason: 'ContainerdMissing' });
  }
}

/** System directories are added to PATH: containerd looks there for the shim, and the shim for runc. */
function containerdEnvironment(env: SupervisorOptions['env']): Record<string, string> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const path = `${env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`.replace(/^:/, '');
  return {
    ...Object.fromEntries(defined.filter(([name]) => !name.startsWith('NODE_') && name !== 'NOTIFY_SOCKET')),
    PATH: path,
  };
}

/** containerd tells nobody when it is ready: asks again, a little later each time. */
async function untilItAnswers(
  { processes, clock, signal }: SupervisorOptions,
  paths: ContainerdPaths,
  identity: ProcessIdentity,
): Promise<Link> {
  const deadline = clock.now() + startDeadline;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 250)) {
    try {
      return await openLink(paths.socket);
    } catch (error) {
      if (!isRuntimeError(error, 'Unavailable')) throw error;
    }
    const ended = !(await processes.isAlive(identity));
    if (ended || clock.now() > deadline) {
      const what = ended
        ? 'containerd ended while it started'
        : `containerd does not answer within ${startDeadline} ms`;
      throw new RuntimeError('Unavailable', `${what} (${paths.output}): ${await outputTail(paths.output)}`);
    }
    await delay(pause, undefined, signal ? { signal } : {});
  }
}

/** Until `stop`: waits for the link to close, then adopts or starts again. */
async function supervise(
  options: SupervisorOptions,
  paths: ContainerdPaths,
  first: Running,
  stop: AbortSignal,
): Promise<void> {
  const { log, clock } = options;
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  let running: Running | undefined = first;
  let backoff = 0;
  let since = clock.now();
  while (!stop.aborted) {
    if (running) {
      using link = running.link;
      await Promise.race([link.closed, stopped]);
      if (stop.aborted) return;
      log.warn({ pid: running.identity.pid }, 'the connection to containerd ended');
      if (clock.now() - since > healthyAfter) backoff = 0;
    }
    await Promise.race([delay(backoff, undefined, { ref: false }), stopped]);
    if (stop.aborted) return;
    backoff = Math.min(Math.max(500, backoff * 2), longestBackoff);
    running = await ensureRunning({ ...options, signal: stop }, paths).catch((error: unknown) => {
      if (!stop.aborted) log.warn({ err: error }, 'containerd could not be started again');
      return undefined;
    });
    since = clock.now();
  }
  running?.link[Symbol.dispose]();
}
