import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Containers, InstanceSpec } from '../ports/containers.ts';
import type { RuntimeEvents } from '../ports/events.ts';
import type { Host, HostFacts } from '../ports/host.ts';
import type { Images } from '../ports/images.ts';
import type { Registry } from '../ports/registry.ts';
import { connect, type ContainerdVersion } from './connect.ts';
import type { Clock, Log } from './connection.ts';
import { createContainers } from './containers.ts';
import type { RuntimeOptions } from './containers/context.ts';
import { translated } from './errors.ts';
import { createEvents } from './events.ts';
import { createImages } from './images.ts';
import { KeyedTurns } from '../keyed-turns.ts';
import type { ResourceEnvironment } from './spec/resources.ts';

export interface ContainerdOptions {
  /** Absolute path of containerd's socket. */
  readonly socketPath: string;
  readonly facts: HostFacts;
  readonly host: Host;
  readonly registry: Registry;
  /** OCI runtime spec of an instance as JSON bytes (runtime/containerd/spec buildOciSpec with this machine's environment). */
  readonly specOf: (spec: InstanceSpec) => Uint8Array;
  /** runc's state directory; made when missing. It dies with the boot, so put it in the run directory. */
  readonly runtimeRoot: string;
  /** Program to run instead of runc. */
  readonly runtimeBinary?: string;
  readonly systemdCgroup?: boolean;
  /** How limits become cgroup values; default: what the facts say. */
  readonly limits?: ResourceEnvironment;
  /** Overrides the choice: overlayfs where its plugin is well, else native. */
  readonly snapshotter?: string;
  /** Where the cgroup hierarchies are mounted; default /sys/fs/cgroup. */
  readonly cgroupRoot?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

/** What runs on the other side. */
export interface ContainerdInfo extends ContainerdVersion {
  /** Made once per root directory: another one is another containerd. */
  readonly uuid: string;
  readonly pid: number;
  readonly namespace: string;
  readonly snapshotter: string;
}

/** One containerd, as the ports see it. Dispose closes the connection; containers run on. */
export interface Containerd extends Disposable {
  readonly containers: Containers;
  readonly images: Images;
  readonly events: RuntimeEvents;
  readonly version: ContainerdVersion;
  /** As it was given. */
  readonly socketPath: string;
  readonly namespace: string;
  readonly snapshotter: string;
  /** Asks anew: also tells whether it answers at all (rejects with Unavailable). */
  info(signal?: AbortSignal): Promise<ContainerdInfo>;
}

/**
 * Connects to a containerd ≥ 1.7 and takes the namespace of `facts.storeIdentity` there. Rejects: Unavailable (nobody listens), Unsupported (too old),
 * FailedPrecondition (the namespace is another store's). Afterwards a restart of containerd needs no new connection.
 */
export async function connectContainerd(options: ContainerdOptions): Promise<Containerd> {
  const { socketPath, facts, specOf, runtimeRoot, runtimeBinary, snapshotter, clock, log, signal } = options;
  const connection = await connect({
    socketPath,
    identity: facts.storeIdentity,
    clock,
    newId: randomUUID,
    log,
    ...(snapshotter === undefined ? {} : { snapshotter }),
    ...(signal === undefined ? {} : { signal }),
  });
  await mkdir(runtimeRoot, { recursive: true, mode: 0o700 });
  const runtime: RuntimeOptions = {
    root: runtimeRoot,
    ...(runtimeBinary === undefined ? {} : { binaryName: runtimeBinary }),
    systemdCgroup: options.systemdCgroup ?? false,
  };
  const leasesInUse = new Set<string>();
  const events = createEvents(connection);
  const { host, registry } = options;
  const images = createImages({
    connection,
    registry,
    host,
    facts,
    leasesInUse,
    turns: new KeyedTurns(),
    ingests: new Map(),
    configs: new Map(),
    files: new Map(),
  });
  const containers = createContainers(
    {
      connection,
      facts,
      host,
      limits: options.limits ?? { facts },
      specOf,
      runtime,
      cgroupRoot: options.cgroupRoot ?? '/sys/fs/cgroup',
      turns: new KeyedTurns(),
      freshMounts: new Map(),
      creating: new Set(),
      collected: { byNow: false },
      execs: new Set(),
    },
    leasesInUse,
  );
  return {
    containers,
    images,
    events,
    version: connection.version,
    socketPath,
    namespace: connection.namespace,
    snapshotter: connection.snapshotter,
    info: (signal) =>
      translated('ask containerd who it is', async () => {
        const { introspection, version } = connection.services;
        const [server, release] = await Promise.all([
          introspection.server({}, { signal }),
          version.version({}, { signal }),
        ]);
        return {
          uuid: server.uuid,
          pid: Number(server.pid),
          version: release.version,
          revision: release.revision,
          namespace: connection.namespace,
          snapshotter: connection.snapshotter,
        };
      }),
    [Symbol.dispose]: () => {
      events[Symbol.dispose]();
      connection[Symbol.dispose]();
    },
  };
}
