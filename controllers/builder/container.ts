/** A managed builder where no program is: a Container with BuildKit's image, its cache in one Volume, its socket in another. */
import { isDeepStrictEqual } from 'node:util';
import { isReason } from '../../client/client.ts';
import type { Builder, Container, ContainerSpec, Volume } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Condition, KubeObject, ObjectInput, ObjectRef } from '../../schemas/object.ts';
import { SYSTEM_NAMESPACE } from '../../schemas/values/builder-endpoint.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { BUILDER, type BuilderDeps, type Context } from './deps.ts';
import type { Place } from './place.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const VOLUME = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

const DEFAULT_IMAGE = 'docker.io/moby/buildkit:latest';
/** Where the image keeps its cache, and where it listens. */
const STATE = '/var/lib/buildkit';
const RUN = '/run/buildkit';
const SOCKET = 'buildkitd.sock';
const VOLUMES = { state: STATE, run: RUN } as const;

const ownersOf = ({ metadata }: KubeObject): readonly Key[] =>
  (metadata.ownerReferences ?? []).flatMap((owner) => (isBuilder(owner) ? [owner.name] : []));

const isBuilder = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean =>
  apiVersion === BUILDER.apiVersion && kind === BUILDER.kind;

/** What a managed builder runs in wakes it. */
export const watchedParts: readonly WatchedKind[] = [CONTAINER, VOLUME].map((kind) => ({ kind, map: ownersOf }));

const nameOf = ({ metadata }: Builder, part?: string): string =>
  ['builder', metadata.name, ...(part === undefined ? [] : [part])].join('-');

const partRef = (kind: { readonly apiVersion: string; readonly kind: string }, name: string): ObjectRef => ({
  ...kind,
  namespace: SYSTEM_NAMESPACE,
  name,
});

/** Makes what is missing of it, and says how far it has come. */
export async function placeInContainer(
  builder: Builder,
  context: Context,
  { allowEntitlements }: Pick<BuilderDeps, 'allowEntitlements'>,
): Promise<Place> {
  const { reader } = context;
  const wanted = containerSpec(builder, allowEntitlements);
  if (reader.get(NAMESPACE, undefined, SYSTEM_NAMESPACE) === undefined) {
    await create({ ...NAMESPACE, metadata: { name: SYSTEM_NAMESPACE } }, context);
  }
  for (const part of Object.keys(VOLUMES)) {
    const name = nameOf(builder, part);
    if (reader.get(VOLUME, SYSTEM_NAMESPACE, name) === undefined) await create(volume(builder, name), context);
  }
  const found = reader.get<Container>(CONTAINER, SYSTEM_NAMESPACE, nameOf(builder));
  const isAsWanted = found !== undefined && isDeepStrictEqual(changeableOf(found.spec), changeableOf(wanted));
  if (found === undefined) await create(container(builder, wanted), context);
  else if (!isAsWanted) await change(found, changeableOf(wanted), context);
  const path = reader.get<Volume>(VOLUME, SYSTEM_NAMESPACE, nameOf(builder, 'run'))?.status?.path;
  if (path === undefined || !isAsWanted) return starting(found);
  const ready = readyOf(found);
  if (ready?.status === 'True') {
    return { type: 'endpoint', endpoint: { type: 'unix', path: `${path}/${SOCKET}` }, managed: 'container' };
  }
  return IMAGE_IS_AWAY.has(ready?.reason ?? '') ? withoutImage(builder, ready?.message ?? '') : starting(found);
}

/** The image cannot be had: what a person can do then is another thing than to look at the Container. */
const IMAGE_IS_AWAY: ReadonlySet<string> = new Set([
  REASONS.ErrImagePull,
  REASONS.ImagePullBackOff,
  REASONS.ErrImageNeverPull,
  REASONS.InvalidImageName,
]);

const withoutImage = (builder: Builder, message: string): Place => ({
  type: 'failed',
  managed: 'container',
  reason: REASONS.NoBuilder,
  message: `image ${imageOf(builder)}, for a Container that builds, cannot be had (${message}): install buildkit or docker, or name an endpoint`,
});

function starting(found: Container | undefined): Place {
  const ready = found && readyOf(found);
  const why = ready === undefined ? '' : `: ${ready.message || ready.reason}`;
  return { type: 'starting', managed: 'container', message: `its Container is being started${why}` };
}

const readyOf = ({ status }: Container): Condition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Ready');

const imageOf = ({ spec }: Builder): string => spec.image ?? DEFAULT_IMAGE;

const ownedBy = ({ metadata }: Builder): KubeObject['metadata']['ownerReferences'] => [
  { ...BUILDER, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true },
];

const volume = (builder: Builder, name: string): ObjectInput<Volume> => ({
  ...VOLUME,
  metadata: { namespace: SYSTEM_NAMESPACE, name, ownerReferences: ownedBy(builder) ?? [] },
  spec: { reclaimPolicy: 'Delete' },
});

/** As good as root on this machine, as each BuildKit is that makes containers. */
const containerSpec = (builder: Builder, entitlements: readonly string[]): ContainerSpec => ({
  image: imageOf(builder),
  // a registry that is away is no reason not to build
  imagePullPolicy: 'IfNotPresent',
  args: ['--addr', `unix://${RUN}/${SOCKET}`, ...entitlements.flatMap((one) => ['--allow-insecure-entitlement', one])],
  securityContext: { privileged: true },
  volumes: Object.keys(VOLUMES).map((part) => ({ name: part, volume: { name: nameOf(builder, part) } })),
  volumeMounts: Object.entries(VOLUMES).map(([name, mountPath]) => ({ name, mountPath })),
});

/** What another Builder spec, or another daemon, wants otherwise. */
const changeableOf = ({ image, args }: ContainerSpec): object => ({ image, args });

const container = (builder: Builder, spec: ContainerSpec): ObjectInput<Container> => ({
  ...CONTAINER,
  metadata: { namespace: SYSTEM_NAMESPACE, name: nameOf(builder), ownerReferences: ownedBy(builder) ?? [] },
  spec,
});

async function create(object: ObjectInput, { client, signal }: Context): Promise<void> {
  try {
    await client.create(object, { signal });
  } catch (error) {
    // our cache will show it
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}

async function change({ metadata }: Container, spec: object, { client, signal }: Context): Promise<void> {
  await client.patch(partRef(CONTAINER, metadata.name), { spec }, { type: 'merge', signal });
}

/** Whether there is a Container of it, however far. */
export const isContainerThere = (builder: Builder, reader: Reader): boolean =>
  reader.get(CONTAINER, SYSTEM_NAMESPACE, nameOf(builder)) !== undefined;

/** It ends; its cache stays. */
export async function removeContainer(builder: Builder, context: Context): Promise<void> {
  await remove(partRef(CONTAINER, nameOf(builder)), context);
}

/** All of it goes. Answers what is still there. */
export async function removeParts(builder: Builder, context: Context): Promise<readonly string[]> {
  const parts = [
    partRef(CONTAINER, nameOf(builder)),
    ...Object.keys(VOLUMES).map((part) => partRef(VOLUME, nameOf(builder, part))),
  ];
  const there = parts.filter((part) => context.reader.get(part, part.namespace, part.name) !== undefined);
  for (const part of there) await remove(part, context);
  return there.map(({ kind, name }) => `${kind} ${name}`);
}

async function remove(part: ObjectRef, { client, reader, signal }: Context): Promise<void> {
  const found = reader.get(part, part.namespace, part.name);
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
  try {
    await client.delete(part, { signal, preconditions: { uid: found.metadata.uid } });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}
