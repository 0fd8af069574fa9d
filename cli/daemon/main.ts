import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiServer, type ApiServer } from '../../api/server.ts';
import { openStore } from '../../api/store/open.ts';
import type { Log } from '../../controllers/engine/environment.ts';
import type { Manager } from '../../controllers/engine/manager.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import { measureHostFacts } from '../../runtime/host/facts.ts';
import { KINDS } from '../../schemas/kinds.ts';
import { boundBacktracking } from '../../schemas/structural/pattern.ts';
import type { DaemonOptions } from '../daemon-options.ts';
import { VERSION } from '../version.ts';
import { assignNode } from './assign-node.ts';
import { serveBuildLog } from './build-log.ts';
import { serveBuilderCache } from './builder-cache.ts';
import { serveContainerProcesses } from './container-exec.ts';
import { serveContainerLog } from './container-log.ts';
import { serveContainerPorts } from './container-ports.ts';
import { createControllers } from './controllers.ts';
import { lockDirectory } from './data-lock.ts';
import { prepareDirectory } from './directories.ts';
import { runEphemeral } from './ephemeral.ts';
import { collectAtRest } from './heap-at-rest.ts';
import { identityOf, keepIdentity } from './identity.ts';
import { openListeners } from './listeners.ts';
import { createLog } from './log.ts';
import { findContainer, refuseCycles } from './refuse-cycles.ts';
import { refusePortClashes } from './refuse-port-clashes.ts';
import { servePlans } from './plans.ts';
import { openRuntime } from './runtime.ts';
import { serveSyncPreview, type SyncPreviews } from './sync-preview.ts';
import { openWebhooks } from './webhooks.ts';

/** How long objects may wait for containerd at the start before they are told that it is away. */
const CONTAINERD_GRACE_MS = 5000;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const clock = { now: () => Date.now() };

/**
 * The daemon, from its start to its end: directories, store, API, runtime, controllers, in this order, and the other way round when
 * SIGTERM or SIGINT comes. Containers, logd and our containerd outlive it. Resolves when all is closed.
 * @param end as a signal does; its reason is told
 */
export async function runDaemon(options: DaemonOptions, end?: AbortSignal): Promise<void> {
  boundBacktracking();
  const log = createLog(options.logLevel);
  const { signalled, signal } = untilSignal(end);
  try {
    await using _daemon = await startDaemon(options, log, signal);
    using _heap = collectAtRest();
    log.info({ signal: await signalled }, 'stopping; containers run on');
  } catch (error) {
    // Told to stop while it started: what was opened is closed again.
    if (!(signal.aborted && error === signal.reason)) throw error;
    log.info({ signal: await signalled }, 'stopped before it had started');
  }
}

/** As `runDaemon`, until standard input ends; nothing of it is left then. */
export const runEphemeralDaemon = (options: DaemonOptions): Promise<void> =>
  runEphemeral(options, process.stdin, runDaemon);

/**
 * Starts everything; resolves when requests are served and the controllers begin. Disposing it stops everything but containers.
 * Rejects with the signal's reason when it aborts before the controllers begin.
 */
export async function startDaemon(options: DaemonOptions, log: Log, signal: AbortSignal): Promise<Daemon> {
  const { dataDir: dataDirectory, runDir: runDirectory } = options;
  await using starting = new AsyncDisposableStack();
  await prepareDirectory(dataDirectory, 0o700, '--data-dir');
  await prepareDirectory(runDirectory, options.socketGroup === undefined ? 0o700 : 0o711, '--run-dir');
  starting.use(lockDirectory(dataDirectory, '--data-dir'));
  starting.use(lockDirectory(runDirectory, '--run-dir'));
  starting.use(await writePid(join(runDirectory, 'daemon.pid')));
  const store = starting.use(await openStore(`sqlite:${join(dataDirectory, 'store.db')}`));
  const { nodeName, bootIdPath, allowBuildEntitlement, defaultBuilder, syncDirectories } = options;
  const told = { ...(nodeName === undefined ? {} : { nodeName }), ...(bootIdPath === undefined ? {} : { bootIdPath }) };
  const machine = await measureHostFacts({ dataDirectory, runDirectory, storeIdentity: '', ...told });
  // Asked when the server is there.
  const find = (namespace: string, name: string) => findContainer(server, namespace, name);
  const admission = [assignNode(machine.nodeName), refuseCycles(find), refusePortClashes()];
  const begun: { manager?: Manager; previews?: SyncPreviews } = {};
  const check = (): string | undefined => (begun.manager ? begun.manager.notReady() : 'have not begun');
  const health = [{ name: 'controllers', check }];
  const server: ApiServer = starting.use(
    await createApiServer({ store, kinds: KINDS, clock, log, version: VERSION, admission, health }),
  );
  signal.throwIfAborted();
  const facts = { ...machine, storeIdentity: identityOf(server) };
  await keepIdentity(facts.storeIdentity, [dataDirectory, runDirectory]);
  const containerd = options.containerd === undefined ? {} : { containerd: options.containerd };
  const webhooks = starting.use(await openWebhooks(options, log));
  const runtime = starting.use(
    await openRuntime({
      facts,
      log,
      timers: systemTimers,
      env: process.env,
      allowHostPaths: options.allowHostPath,
      entitlements: allowBuildEntitlement,
      webhooks,
      ...containerd,
    }),
  );
  // Who talks to a process hears of the end while there is still somebody to end the process.
  starting.defer(() => server.endRequests());
  serveContainerLog(server, runtime.logs);
  serveBuildLog(server, runtime.building.buildLogs);
  serveBuilderCache(server, runtime.building.builders);
  const { containers } = runtime.containerd;
  serveContainerProcesses(server, { containers, logs: runtime.logs });
  serveContainerPorts(server, { containers, host: runtime.host });
  servePlans(server, () => begun.manager);
  serveSyncPreview(server, () => begun.previews);
  // Whoever is answered finds everything that is served.
  const listeners = await openListeners(server, options);
  log.info({ addresses: listeners.map(({ address }) => address), store: facts.storeIdentity }, 'serving');
  await runtime.containerd.settled(CONTAINERD_GRACE_MS, signal);
  signal.throwIfAborted();
  const toRun = { allowBuildEntitlement, defaultBuilder, syncDirectories };
  const { manager, previews } = createControllers({ server, runtime, facts, ...toRun, clock, log });
  starting.use(manager);
  Object.assign(begun, { manager, previews });
  void manager.start();
  const started = starting.move();
  return {
    server,
    addresses: listeners.map(({ address }) => address),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

export interface Daemon extends AsyncDisposable {
  readonly server: ApiServer;
  readonly addresses: readonly string[];
}

/** For people and scripts that want to stop it; whether it runs, only the lock tells. */
async function writePid(path: string): Promise<AsyncDisposable> {
  await writeFile(path, `${process.pid}\n`, { mode: 0o644 });
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** The first signal that asks for the end; a second one ends the process at once, as signals do by default. */
function untilSignal(end?: AbortSignal): { readonly signalled: Promise<string>; readonly signal: AbortSignal } {
  const stop = new AbortController();
  const { promise: signalled, resolve } = Promise.withResolvers<string>();
  const onSignal = (name: string): void => {
    for (const each of STOP_SIGNALS) process.removeListener(each, onSignal);
    stop.abort();
    resolve(name);
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  const onEnd = (): void => onSignal(String(end?.reason));
  if (end?.aborted) onEnd();
  else end?.addEventListener('abort', onEnd, { once: true });
  return { signalled, signal: stop.signal };
}
