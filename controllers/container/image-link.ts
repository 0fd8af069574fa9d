import { isReason, type Client } from '../../client/client.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import type { Build, Container, Image } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { BUILD_REQUEST_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import { isLatest, parseImageReference } from '../../schemas/values/image-reference.ts';
import { formatMicroTime, parseTime } from '../../schemas/values/time.ts';
import type { Clock, Outcome, Reader } from '../engine/contract.ts';
import { buildBeingDeleted, buildNotThere, isWorthAsking, withoutResult } from './build-link.ts';
import {
  BUILD,
  findSource,
  IMAGE,
  implicitName,
  IMPLICIT_LABEL,
  isImplicit,
  normalized,
  resultsOf,
} from './image-source.ts';
import type { Following } from './rollout/revision.ts';
import type { ReadyImage } from './work.ts';

/** As in controllers/image/names.ts: a part of the kind's interface, not of its code. */
const PULL_REQUEST_ANNOTATION = 'tsmoby.dev/pull-request';

export interface ImageLinkDeps {
  readonly client: Client;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The Image or Build that gives a Container its content; or why there is none yet. */
export type ImageLink =
  { readonly type: 'ready'; readonly image: ReadyImage } | { readonly type: 'blocked'; readonly outcome: Blocker };

type Blocker = Exclude<Outcome, { type: 'settled' }>;

export interface LinkOptions {
  /** The Container is about to get another instance, so pull policy Always asks the registry first. */
  readonly fresh: boolean;
  /** False: none is made. What is about to be replaced needs none, and the Image would belong to nobody. */
  readonly make?: boolean;
}

/**
 * Finds the Image or Build of a Container in its namespace, and makes an Image where a reference stands in the spec and nobody declared it.
 */
export async function linkImage(
  container: Following,
  { fresh, make = true }: LinkOptions,
  deps: ImageLinkDeps,
): Promise<ImageLink> {
  const named = container.spec.imageFrom !== undefined;
  const source = findSource(container, deps.reader);
  if (source?.kind === 'Build') {
    const before = imageBefore(container, source.object, deps.reader);
    return before === undefined ? linkBuild(container, source.object) : linkOf(container, before);
  }
  const image = source?.object ?? (named || !make ? undefined : await makeImage(container, deps));
  if (image === undefined) return blocked(named ? notThere(container) : neverPulled(container));
  if (image.metadata.deletionTimestamp !== undefined) return blocked(beingDeleted(image));
  if (fresh && mustAsk(container, image)) {
    const since = lastChanged(container);
    if (lastAsked(image) < since) {
      await requestPull(image, since, deps);
      return blocked(trouble(image) ?? pulling(`asking the registry for ${image.spec.reference}`));
    }
  }
  return linkOf(container, image);
}

/** The Image that a spec of former times had its content from, before a Build gave its reference. */
export function imageBefore({ spec, result }: Following, build: Build, reader: Reader): Image | undefined {
  if (spec.imageFrom !== undefined || result !== undefined || resultsOf(build).length === 0) return undefined;
  const image = reader.get<Image>(IMAGE, build.metadata.namespace, implicitName({ spec }));
  return image?.metadata.deletionTimestamp === undefined ? image : undefined;
}

/** When the object was last changed by whoever wishes something of it, in milliseconds. */
export function lastChanged({ metadata }: Container): number {
  const wishes = (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
  return Math.max(...[metadata.creationTimestamp, ...wishes.map(({ time }) => time)].map(toMillis));
}

/** When the registry was last asked for it, in milliseconds. */
export const lastAsked = ({ status }: Image): number =>
  Math.max(...[status?.observedPullRequest, status?.lastPullTime].map(toMillis));

const toMillis = (time: string | undefined): number => parseTime(time ?? '') ?? 0;

/** Has the content made or fetched again: what the store had of it is damaged, or gone. */
export async function requestAgain({ object, recordName }: ReadyImage, deps: ImageLinkDeps): Promise<void> {
  const now = deps.clock.now();
  if (object.kind === 'Image') return requestPull(object, now, deps);
  // It may have made another result by now.
  const build = deps.reader.get<Build>(BUILD, object.metadata.namespace, object.metadata.name);
  if (build !== undefined && isWorthAsking(build, recordName, now)) {
    await annotate(build, BUILD_REQUEST_ANNOTATION, deps);
  }
}

async function requestPull(image: Image, since: number, deps: ImageLinkDeps): Promise<void> {
  const asked = parseTime(image.metadata.annotations?.[PULL_REQUEST_ANNOTATION] ?? '') ?? 0;
  if (asked < since) await annotate(image, PULL_REQUEST_ANNOTATION, deps);
}

async function annotate(
  { apiVersion, kind, metadata }: Image | Build,
  annotation: string,
  { client, clock, signal }: ImageLinkDeps,
): Promise<void> {
  const { namespace = '', name } = metadata;
  const patch = { metadata: { annotations: { [annotation]: formatMicroTime(clock.now()) } } };
  await client.patch({ apiVersion, kind, namespace, name }, patch, { type: 'merge', signal });
}

/**
 * The result that the Container is about, also when the newest build has failed or there is a newer one. One that is no longer kept is the present one, as far as
 * another instance is to be made of it.
 */
export function linkBuild({ result }: Following, build: Build): ImageLink {
  if (build.metadata.deletionTimestamp !== undefined) return blocked(buildBeingDeleted(build));
  const results = resultsOf(build);
  const { recordName, manifestDigest } =
    results.find((each) => each.manifestDigest === result) ?? results[0] ?? ({} as Partial<ReadyImage>);
  if (recordName === undefined || manifestDigest === undefined) return blocked(withoutResult(build));
  return { type: 'ready', image: { object: build, recordName, manifestDigest } };
}

/** Content that is there stays usable while a newer one is fetched, or the runtime is away. */
export function linkOf({ spec }: Container, image: Image): ImageLink {
  const { manifestDigest, recordName, reference = '', conditions = [] } = image.status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  // An Image whose reference was changed has the content of the former one until the new one is here.
  const meant = spec.image === undefined || reference === normalized(spec.image);
  if (manifestDigest !== undefined && recordName !== undefined && ready?.status !== 'False' && meant) {
    return { type: 'ready', image: { object: image, recordName, manifestDigest } };
  }
  return blocked(trouble(image) ?? pulling(`Image ${image.metadata.name}: ${ready?.message ?? 'not yet looked at'}`));
}

/** What keeps an Image from getting its content, if it is more than time. */
function trouble({ metadata, status }: Image): Blocker | undefined {
  const { conditions = [] } = status ?? {};
  const [worst] = ['Stalled', 'Reconciling'].flatMap((type) =>
    conditions.filter((condition) => condition.type === type && condition.status === 'True'),
  );
  if (worst === undefined || isUnderWay(worst.reason)) return undefined;
  const reason = worst.reason === REASONS.ErrImageNeverPull ? REASONS.ErrImageNeverPull : REASONS.ErrImagePull;
  return { type: 'waiting', reason, message: `Image ${metadata.name}: ${worst.reason}: ${worst.message}` };
}

const isUnderWay = (reason: string): boolean => reason === REASONS.ImagePulling || reason === REASONS.Loading;

async function makeImage(container: Container, { client, signal }: ImageLinkDeps): Promise<Image | undefined> {
  const { image: reference, imagePullPolicy: pullPolicy, imagePullSecrets } = container.spec;
  if (reference === undefined || pullPolicy === 'Never') return undefined;
  const { namespace = '' } = container.metadata;
  const name = implicitName(container);
  const image = {
    ...IMAGE,
    metadata: { namespace, name, labels: { [IMPLICIT_LABEL]: 'true' } },
    spec: { reference, ...(pullPolicy && { pullPolicy }), ...(imagePullSecrets && { imagePullSecrets }) },
  } satisfies ObjectInput<Image>;
  try {
    return await client.create<Image>(image, { signal });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
    return client.get<Image>({ ...IMAGE, namespace, name }, { signal });
  }
}

/** Kubernetes' default: a tag that moves is asked for each time. A declared Image has a policy of its own. */
export function mustAsk({ spec }: Container, image: Image): boolean {
  if (spec.imagePullPolicy !== undefined) return spec.imagePullPolicy === 'Always';
  return isImplicit(image) && isLatest(parseImageReference(spec.image ?? ''));
}

const blocked = (outcome: Blocker): ImageLink => ({ type: 'blocked', outcome });

const pulling = (message: string): Blocker => ({
  type: 'progressing',
  reason: REASONS.ImagePulling,
  message,
});

export function notThere({ metadata: { namespace = '' }, spec: { imageFrom } }: Container): Blocker {
  const { kind, name = '' } = imageFrom ?? {};
  if (kind === 'Build') return buildNotThere(namespace, name);
  return { type: 'waiting', reason: REASONS.ImageNotReady, message: `Image ${namespace}/${name} is not there` };
}

export const beingDeleted = ({ metadata }: Image): Blocker => ({
  type: 'waiting',
  reason: REASONS.ImageNotReady,
  message: `Image ${metadata.namespace}/${metadata.name} is being deleted`,
});

export const neverPulled = ({ metadata, spec }: Container): Blocker => ({
  type: 'waiting',
  reason: REASONS.ErrImageNeverPull,
  message: `no Image of namespace ${metadata.namespace} has the reference ${spec.image}, and imagePullPolicy is Never`,
});
