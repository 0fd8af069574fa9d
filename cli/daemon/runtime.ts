import { join } from 'node:path';
import type { Log, Timers } from '../../controllers/engine/environment.ts';
import { connectContainerd } from '../../runtime/containerd/index.ts';
import { buildOciSpec } from '../../runtime/containerd/spec/build.ts';
import { measureSpecEnvironment } from '../../runtime/containerd/spec/measure.ts';
import { superviseContainerd } from '../../runtime/containerd/supervisor.ts';
import { createHost } from '../../runtime/host/create-host.ts';
import { createProcesses } from '../../runtime/host/processes.ts';
import { openLogs } from '../../runtime/logd/create-logs.ts';
import type { Host, HostFacts } from '../../runtime/ports/host.ts';
import type { Logs } from '../../runtime/ports/logs.ts';
import type { Networks } from '../../runtime/ports/networks.ts';
import type { Probes } from '../../runtime/ports/probes.ts';
import type { Publications } from '../../runtime/ports/publications.ts';
import type { Registry } from '../../runtime/ports/registry.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Webhooks } from '../../runtime/ports/webhooks.ts';
import { createRegistry } from '../../runtime/registry/create.ts';
import { createVolumes } from '../../runtime/volumes/create.ts';
import { lateContainerd, type LateContainerd } from './late-containerd.ts';
import { openBuilding, type Building } from './building.ts';
import { openNetworking } from './networking.ts';
import { openProbing } from './probing.ts';
import { openSyncing, type Syncing } from './syncing.ts';

export interface RuntimeOptions {
  readonly facts: HostFacts;
  /** `unix:///path` of a containerd that others run, or `system` for the machine's; `own` or absent: our own. */
  readonly containerd?: string;
  readonly allowHostPaths: readonly string[];
  /** What builds may be given beyond a sandbox. */
  readonly entitlements: readonly string[];
  readonly log: Log;
  readonly timers: Timers;
  readonly env: NodeJS.ProcessEnv;
  readonly webhooks: Webhooks;
}

/** Every port of runtime/, filled for this machine. */
export interface Runtime extends AsyncDisposable {
  readonly containerd: LateContainerd;
  readonly logs: Logs;
  readonly volumes: Volumes;
  readonly networks: Networks;
  readonly sandboxes: Sandboxes;
  readonly publications: Publications;
  readonly probes: Probes;
  readonly host: Host;
  readonly registry: Registry;
  readonly building: Building;
  readonly syncing: Syncing;
}

/** Where distributions put the machine's own. */
const SYSTEM_SOCKET = 'unix:///run/containerd/containerd.sock';

function addressOf(containerd: string | undefined): { address?: string } {
  if (containerd === undefined || containerd === 'own') return {};
  return { address: containerd === 'system' ? SYSTEM_SOCKET : containerd };
}

const clock = { now: () => Date.now() };

/** Resolves when logd and netd answer; containerd comes when it comes, and what needs it says so until then. */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { facts, log, timers, env, allowHostPaths, entitlements } = options;
  const { dataDirectory, runDirectory } = facts;
  await using opening = new AsyncDisposableStack();
  const host = createHost({ runDirectory, ...(env['PATH'] === undefined ? {} : { path: env['PATH'] }) });
  const processes = createProcesses({ bootId: facts.bootId });
  const registry = opening.use(createRegistry({ clock, timers, random: Math.random, proxyEnvironment: env }));
  const environment = await measureSpecEnvironment(facts);
  // What a connection brings along, whenever it comes.
  const connected = opening.use(new AsyncDisposableStack());
  const containerd = opening.use(
    lateContainerd({
      async connect(signal) {
        const address = addressOf(options.containerd);
        await using connecting = new AsyncDisposableStack();
        const supervisor = connecting.use(
          await superviseContainerd({ dataDirectory, runDirectory, processes, log, clock, env, signal, ...address }),
        );
        const connection = connecting.use(
          await connectContainerd({
            socketPath: supervisor.socketPath,
            facts,
            host,
            registry,
            specOf: (spec) => buildOciSpec(spec, environment),
            runtimeRoot: join(runDirectory, 'runc'),
            limits: environment,
            clock,
            log,
            signal,
          }),
        );
        // Throws when all was closed meanwhile: then these two are closed as well.
        connected.use(supervisor);
        connecting.move();
        return connection;
      },
      onFailure: (err) => log.warn({ err }, 'containerd is not there; trying again'),
    }),
  );
  const { containers } = containerd;
  const use = async <T extends AsyncDisposable>(resource: Promise<T>): Promise<T> => opening.use(await resource);
  // Two small programs, each of which takes its time to start.
  const [logs, { netd, probes }] = await Promise.all([
    use(openLogs({ dataDirectory, runDirectory, host, processes, log })),
    use(openProbing({ runDirectory, containers, host, processes, log })),
  ]);
  const { networks, sandboxes, publications } = await openNetworking({ facts, host, netd, log, env });
  const building = await openBuilding({ facts, host, processes, containerd, log, env, entitlements });
  const syncing = await openSyncing({ facts, host, registry, log, env, webhooks: options.webhooks });
  void host.warm().catch((err: unknown) => log.warn({ err }, 'no FIFOs could be made in advance'));
  const opened = opening.move();
  return {
    containerd,
    logs,
    host,
    volumes: createVolumes({ facts, host, allowHostPaths }),
    networks,
    sandboxes,
    publications,
    probes,
    registry,
    building,
    syncing,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
