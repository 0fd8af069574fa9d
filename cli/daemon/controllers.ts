import { controllerUser } from '../../api/pipeline/authenticate.ts';
import type { ApiServer } from '../../api/server.ts';
import { buildController } from '../../controllers/build/index.ts';
import { builderController } from '../../controllers/builder/index.ts';
import { containerController } from '../../controllers/container/index.ts';
import { directorySyncsController } from '../../controllers/directory-syncs/index.ts';
import { defaultBuilderController } from '../../controllers/default-builder/index.ts';
import { defaultNetworkController } from '../../controllers/default-network/index.ts';
import type { AnyController } from '../../controllers/engine/contract.ts';
import type { Clock, Log } from '../../controllers/engine/environment.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import { createManager, type Manager } from '../../controllers/engine/manager.ts';
import { createGarbageCollector } from '../../controllers/garbage-collector/index.ts';
import { imageController } from '../../controllers/image/index.ts';
import { createNamespaceController } from '../../controllers/namespace/index.ts';
import { createLeasedNamespaces } from '../../controllers/leased-namespace/index.ts';
import { networkController } from '../../controllers/network/index.ts';
import { createSweeper } from '../../controllers/sweeper/index.ts';
import { syncController } from '../../controllers/sync/index.ts';
import { createRenderer } from '../../controllers/sync/render/create-renderer.ts';
import { createTtlController } from '../../controllers/ttl/index.ts';
import { volumeController } from '../../controllers/volume/index.ts';
import { createConnections } from '../../runtime/host/connections.ts';
import type { HostFacts } from '../../runtime/ports/host.ts';
import { withCacheViews } from './cache-view.ts';
import { kindsOf } from './find-kind.ts';
import { createInProcessClient } from './in-process-client.ts';
import type { Runtime } from './runtime.ts';
import type { SyncPreviews } from './sync-preview.ts';
import { servedKinds } from './served-kinds.ts';

export interface ControllersOptions {
  readonly server: ApiServer;
  readonly runtime: Runtime;
  readonly facts: HostFacts;
  readonly allowBuildEntitlement: readonly string[];
  readonly defaultBuilder: boolean;
  readonly syncDirectories: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface Controllers {
  readonly manager: Manager;
  readonly previews: SyncPreviews;
}

/** Every controller of the daemon, each as a user of its own on the one API. */
export function createControllers(options: ControllersOptions): Controllers {
  const { server, runtime, facts, allowBuildEntitlement, defaultBuilder, syncDirectories, clock, log } = options;
  const kinds = servedKinds(server.registry);
  const findKind = kindsOf(server.registry);
  const clientFor = (controller: string) =>
    withCacheViews(
      createInProcessClient({
        pipeline: server.pipeline,
        user: controllerUser(controller),
        findKind,
      }),
      server,
    );
  const { containers, images, events } = runtime.containerd;
  const { logs, networks, publications, volumes, sandboxes, probes, registry } = runtime;
  const { builders, contexts, buildLogs, programs, temporaryFile, newId } = runtime.building;
  const { nodeName, storeIdentity } = facts;
  const platform = `linux/${facts.architecture}`;
  const renderer = createRenderer();
  const syncs = syncController({ ...runtime.syncing, renderer, kinds, clock, timers: systemTimers, log, newId });
  const controllers = [
    containerController({
      connections: createConnections(),
      containers,
      images,
      events,
      logs,
      networks,
      volumes,
      sandboxes,
      publications,
      probes,
      kinds,
      nodeName,
      clock,
    }),
    imageController({ images, events, platform, clock }),
    buildController({
      builders,
      contexts,
      images,
      events,
      registry,
      logs: buildLogs,
      hostPaths: volumes,
      allowEntitlements: allowBuildEntitlement,
      temporaryFile,
      newId,
      nodeName,
      platform,
      clock,
      timers: systemTimers,
    }),
    builderController({
      builders,
      programs,
      allowEntitlements: allowBuildEntitlement,
      nodeName,
      containerdUuid: () => runtime.containerd.uuid(),
      clock,
      log,
    }),
    ...(defaultBuilder ? [defaultBuilderController()] : []),
    directorySyncsController(syncDirectories),
    syncs,
    volumeController({ volumes, nodeName }),
    networkController({ networks, nodeName, storeIdentity, clock }),
    defaultNetworkController(),
    createNamespaceController({ kinds, log }),
  ] as unknown as readonly AnyController[];
  const sweeper = createSweeper({
    buildContexts: contexts,
    buildLogs,
    containers,
    images,
    events,
    logs,
    networks,
    publications,
    volumes,
    sandboxes,
    probes,
  });
  const manager = createManager({
    client: clientFor('informers'),
    clientFor,
    controllers,
    runnables: [
      createGarbageCollector({ kinds }),
      createTtlController({ kinds }),
      createLeasedNamespaces({ kinds }),
      sweeper,
    ],
    clock,
    random: Math.random,
    log,
  });
  return { manager, previews: { preview: syncs.preview, client: clientFor(syncs.name) } };
}
