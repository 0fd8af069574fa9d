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
import type { KubeObject } from '../../schemas/object.ts';
import type { Container, ContainerStatus, ControllerRevision, Image } from '../../schemas/gen/types.ts';
import { wantedNetworks } from '../../schemas/values/container-networks.ts';
import { revisionsInUse } from '../../schemas/values/container-revisions.ts';
import { settled, type Controller, type Key, type Reader, type WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import { systemTimers } from '../engine/timers.ts';
import { ChangeHooks } from './change-hooks.ts';
import { DEPENDENCY_INDEX, dependencyNames, DependencyObjects } from './dependency-objects.ts';
import { finalizeContainer } from './finalize.ts';
import { healthSource } from './health-source.ts';
import { Hooks } from './hooks.ts';
import { ImageCache } from './image-cache.ts';
import { implicitName, normalized, referenceIndex } from './image-link.ts';
import { Instances } from './instances.ts';
import { networkRepairs } from './network-source.ts';
import { sharedWith } from './network-mode.ts';
import { sharersOf, usersOfDefaultNetwork } from './network-users.ts';
import { reconcileContainer } from './reconcile.ts';
import { Looks } from './rollout/looks.ts';
import { revisionOwners } from './rollout/record.ts';
import { REVISION, type RevisionData } from './rollout/revision.ts';
import { runtimeSource } from './runtime-source.ts';
import { Stops } from './stops.ts';

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
      network: ({ spec }) => wantedNetworks(spec),
      shares: (container) => [sharedWith(container) ?? []].flat(),
      image: imageNames,
      volume: ({ spec }) => (spec.volumes ?? []).flatMap(({ volume }) => (volume === undefined ? [] : [volume.name])),
      configMap: ({ spec }) => [
        ...(spec.volumes ?? []).flatMap(({ configMap }) => (configMap === undefined ? [] : [configMap.name])),
        ...(spec.env ?? []).flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
        ...(spec.envFrom ?? []).flatMap(({ configMapRef }) => configMapRef?.name ?? []),
      ],
      secret: ({ spec }) => [
        ...(spec.volumes ?? []).flatMap(({ secret }) => (secret === undefined ? [] : [secret.secretName])),
        ...(spec.env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
        ...(spec.envFrom ?? []).flatMap(({ secretRef }) => secretRef?.name ?? []),
      ],
    },
    watches: [
      { kind: { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' }, map: usersOfImage, indexes: IMAGE_INDEXES },
      { kind: REVISION, map: containersOfRevision, indexes: { owner: revisionOwners, image: revisionImages } },
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
  };
}

const IMAGE_INDEXES = { reference: (image: KubeObject) => referenceIndex(image as Image) };

/** Names of Images that a Container may follow: the one it names, the one made for it, and any with its reference. */
function imageNames(container: Container): readonly string[] {
  const { image, imageFrom } = container.spec;
  if (imageFrom !== undefined) return [`name:${imageFrom.name}`];
  try {
    return [`name:${implicitName(container)}`, `reference:${normalized(image ?? '')}`];
  } catch {
    return [];
  }
}

/** As `imageNames`, of a spec that was written down. */
function revisionImages(revision: KubeObject): readonly string[] {
  const data = (revision as ControllerRevision).data as Partial<RevisionData> | undefined;
  return data?.spec === undefined ? [] : imageNames({ spec: data.spec } as Container);
}

function usersOfImage(object: KubeObject, reader: Reader): readonly Key[] {
  const { namespace = '', name } = object.metadata;
  const values = [`name:${name}`, ...referenceIndex(object as Image).map((reference) => `reference:${reference}`)];
  const users = values.flatMap((value) =>
    reader.list<Container>(CONTAINER, { namespace, index: { name: 'image', value } }),
  );
  const former = values.flatMap((value) => reader.list(REVISION, { namespace, index: { name: 'image', value } }));
  return [...new Set([...users.map(keyOf), ...former.flatMap((revision) => runningKeys(revision, reader))])];
}

/** One that was changed, or is gone, is written down again. */
function containersOfRevision(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous === undefined) return [];
  return ownersOf(object, reader).map(keyOf);
}

/** Keys of the Containers that may run this revision at present, though their spec may be another one. */
const runningKeys = (revision: KubeObject, reader: Reader): readonly Key[] =>
  ownersOf(revision, reader)
    .filter(({ status }) => revisionsInUse(status).includes(revision.metadata.name))
    .map(keyOf);

const ownersOf = (revision: KubeObject, reader: Reader): readonly Container[] =>
  revisionOwners(revision).flatMap((value) => reader.list<Container>(CONTAINER, { index: { name: 'uid', value } }));

/** Containers that refer by name to an object of their namespace. */
function usersByName(apiVersion: string, kind: string, index: string): WatchedKind {
  return {
    kind: { apiVersion, kind },
    map: ({ metadata: { namespace = '', name } }, reader) =>
      reader.list<Container>(CONTAINER, { namespace, index: { name: index, value: name } }).map(keyOf),
  };
}
