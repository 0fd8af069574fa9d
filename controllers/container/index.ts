import type { Clock, Timers } from '../engine/environment.ts';
import type { Connections } from '../../runtime/ports/connections.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { Images } from '../../runtime/ports/images.ts';
import type { Logs } from '../../runtime/ports/logs.ts';
import type { Networks } from '../../runtime/ports/networks.ts';
import type { Probes } from '../../runtime/ports/probes.ts';
import type { Publications } from '../../runtime/ports/publications.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { settled, type Controller } from '../engine/contract.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import { keyOf } from '../engine/keys.ts';
import { systemTimers } from '../engine/timers.ts';
import { ChangeHooks } from './change-hooks.ts';
import { DEPENDENCY_INDEX, dependencyNames, DependencyObjects } from './dependency-objects.ts';
import { foretellContainer } from './foretell/foretell.ts';
import { finalizeContainer } from './finalize.ts';
import { healthSource } from './health-source.ts';
import { Hooks } from './hooks.ts';
import { ImageCache } from './image-cache.ts';
import { Instances } from './instances.ts';
import { GivenLimits } from './log-limits.ts';
import { lostPorts } from './lost-ports.ts';
import { networkRepairs } from './network-source.ts';
import { sharedWith } from '../../schemas/values/container-waits.ts';
import { sharersOf, usersOfDefaultNetwork } from './network-users.ts';
import { reconcileContainer } from './reconcile.ts';
import { KnownRevisions } from './rollout/known-revisions.ts';
import { Looks } from './rollout/looks.ts';
import { runtimeSource } from './runtime-source.ts';
import { Stops } from './stops.ts';
import { referenceIndexes, usersByName, usersOfBuilds, usersOfImages, watchedRevisions } from './users.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

export interface ContainerControllerOptions {
  readonly connections: Connections;
  readonly containers: Containers;
  readonly images: Images;
  readonly events: RuntimeEvents;
  readonly logs: Logs;
  readonly networks: Networks;
  readonly sandboxes: Sandboxes;
  readonly publications: Publications;
  readonly volumes: Volumes;
  readonly probes: Probes;
  /** Kinds that dependencies may be of. */
  readonly kinds: ServedKinds;
  readonly nodeName: string;
  readonly clock: Clock;
  /** Default: the machine's. */
  readonly timers?: Timers;
  /** Containers worked on at once; default 8. */
  readonly concurrency?: number;
}

/** Keeps what Container objects ask for running in containerd. */
export function containerController(options: ContainerControllerOptions): Controller<Container, ContainerStatus> {
  const instances = new Instances(options.containers, options.events);
  const { events, timers = systemTimers } = options;
  const dependencyObjects = new DependencyObjects(options.kinds);
  const hooks = new Hooks(() => events.connected);
  const deps = {
    ...options,
    instances,
    imageCache: new ImageCache(options.images),
    stops: new Stops(),
    hooks,
    changeHooks: new ChangeHooks(options.containers, timers, options.clock),
    dependencyObjects,
    looks: new Looks(),
    givenLimits: new GivenLimits(),
    knownRevisions: new KnownRevisions(),
    timers,
  };
  return {
    name: 'container',
    kind: CONTAINER,
    finalizer: 'tsmoby.dev/container',
    concurrency: options.concurrency ?? 8,
    indexes: {
      uid: ({ metadata }) => [metadata.uid],
      [DEPENDENCY_INDEX]: ({ spec }) => dependencyNames(spec.dependsOn),
      shares: (container) => [sharedWith(container) ?? []].flat(),
      ...referenceIndexes,
    },
    watches: [
      usersOfImages,
      usersOfBuilds,
      watchedRevisions,
      usersByName('tsmoby.dev/v1alpha1', 'Volume', 'volume'),
      usersByName('tsmoby.dev/v1alpha1', 'Network', 'network'),
      { kind: CONTAINER, map: sharersOf },
      { kind: { apiVersion: 'v1', kind: 'Namespace' }, map: usersOfDefaultNetwork },
      usersByName('v1', 'ConfigMap', 'configMap'),
      usersByName('v1', 'Secret', 'secret'),
    ],
    sources: [
      runtimeSource(events, instances, timers),
      networkRepairs({ networks: options.networks, events, timers }),
      healthSource(options.probes, hooks),
      lostPorts(options.publications),
      dependencyObjects,
    ],
    async reconcile(container, context) {
      return reconcileContainer(container, context, deps);
    },
    async finalize(container, context) {
      const { nodeName } = container.spec;
      return nodeName === undefined || nodeName === options.nodeName
        ? finalizeContainer(container, context, deps)
        : settled();
    },
    plan: (container, context) => foretellContainer(container, context, deps),
    concerned: ({ kind, metadata: { namespace, name } }, reader) => {
      const index = { name: DEPENDENCY_INDEX, value: `${kind}/${name}` };
      return reader.list<Container>(CONTAINER, { ...(namespace && { namespace }), index }).map(keyOf);
    },
  };
}
