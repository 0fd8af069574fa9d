import { isReason, type Client } from '../../client/client.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import type { Container, Image } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import {
  formatImageReference,
  ImageReferenceError,
  isLatest,
  parseImageReference,
} from '../../schemas/values/image-reference.ts';
import { formatMicroTime, parseTime } from '../../schemas/values/time.ts';
import { ReconcileError, type Clock, type Outcome, type Reader } from '../engine/contract.ts';
import type { ReadyImage } from './work.ts';

const IMAGE = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' } as const;
/** As in controllers/image/names.ts: part of the Image kind's interface, not of its code. */
const IMPLICIT_LABEL = 'tsmoby.dev/implicit';
const PULL_REQUEST_ANNOTATION = 'tsmoby.dev/pull-request';

export interface ImageLinkDeps {
  readonly client: Client;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The Image that gives a Container its content; or why there is none yet. */
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
 * Finds the Image of a Container in its namespace, and makes one where a reference stands in the spec and nobody declared it.
 */
export async function linkImage(
  container: Container,
  { fresh, make = true }: LinkOptions,
  deps: ImageLinkDeps,
): Promise<ImageLink> {
  const named = container.spec.imageFrom !== undefined;
  const image = findImage(container, deps.reader) ?? (named || !make ? undefined : await makeImage(container, deps));
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

/** When the object was last changed by whoever wishes something of it, in milliseconds. */
function lastChanged({ metadata }: Container): number {
  const wishes = (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
  return Math.max(...[metadata.creationTimestamp, ...wishes.map(({ time }) => time)].map(toMillis));
}

/** When the registry was last asked for it, in milliseconds. */
const lastAsked = ({ status }: Image): number =>
  Math.max(...[status?.observedPullRequest, status?.lastPullTime].map(toMillis));

const toMillis = (time: string | undefined): number => parseTime(time ?? '') ?? 0;

/** Has the Image's content fetched again: what the store had of it is damaged. */
export async function requestPull(
  image: Image,
  since: number,
  { client, clock, signal }: ImageLinkDeps,
): Promise<void> {
  const asked = parseTime(image.metadata.annotations?.[PULL_REQUEST_ANNOTATION] ?? '') ?? 0;
  if (asked >= since) return;
  const { namespace = '', name } = image.metadata;
  const patch = { metadata: { annotations: { [PULL_REQUEST_ANNOTATION]: formatMicroTime(clock.now()) } } };
  await client.patch({ ...IMAGE, namespace, name }, patch, { type: 'merge', signal });
}

/** Content that is there stays usable while a newer one is fetched, or the runtime is away. */
function linkOf({ spec }: Container, image: Image): ImageLink {
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

/** The object, also one that is being deleted where there is no other. */
function findImage(container: Container, reader: Reader): Image | undefined {
  const { metadata, spec } = container;
  const { namespace = '' } = metadata;
  if (spec.imageFrom !== undefined) return reader.get<Image>(IMAGE, namespace, spec.imageFrom.name);
  const value = normalized(spec.image ?? '');
  const declared = reader
    .list<Image>(IMAGE, { namespace, index: { name: 'reference', value } })
    .filter((image) => image.metadata.deletionTimestamp === undefined && !isImplicit(image));
  return declared.toSorted(byUsefulness)[0] ?? reader.get<Image>(IMAGE, namespace, implicitName(container));
}

/** Those with content first, then the oldest: the choice must not change from look to look. */
function byUsefulness(a: Image, b: Image): number {
  const content = Number(b.status?.manifestDigest !== undefined) - Number(a.status?.manifestDigest !== undefined);
  const age = a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1;
  return content || age;
}

const isImplicit = ({ metadata }: Image): boolean => metadata.labels?.[IMPLICIT_LABEL] === 'true';

/** Value of the index `reference` on Images: the full reference; none for one that cannot be read. */
export function referenceIndex({ spec }: Image): readonly string[] {
  try {
    return spec.reference === undefined ? [] : [formatImageReference(parseImageReference(spec.reference))];
  } catch {
    return [];
  }
}

/** The full form of a reference in a spec. Throws a stalled outcome for one that cannot be read. */
export function normalized(reference: string): string {
  try {
    return formatImageReference(parseImageReference(reference));
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    const message = `spec.image: ${error.message}`;
    throw new ReconcileError({ type: 'stalled', reason: REASONS.InvalidImageName, message }, { cause: error });
  }
}

/** One for each way of getting a reference, so that credentials of one Container never serve another. */
export function implicitName({ spec }: Pick<Container, 'spec'>): string {
  const { image = '', imagePullPolicy = null, imagePullSecrets = [] } = spec;
  return `auto-${fingerprint([image, imagePullPolicy, imagePullSecrets], 12)}`;
}

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
function mustAsk({ spec }: Container, image: Image): boolean {
  if (spec.imagePullPolicy !== undefined) return spec.imagePullPolicy === 'Always';
  return isImplicit(image) && isLatest(parseImageReference(spec.image ?? ''));
}

const blocked = (outcome: Blocker): ImageLink => ({ type: 'blocked', outcome });

const pulling = (message: string): Blocker => ({
  type: 'progressing',
  reason: REASONS.ImagePulling,
  message,
});

const notThere = ({ metadata, spec }: Container): Blocker => ({
  type: 'waiting',
  reason: REASONS.ImageNotReady,
  message: `Image ${metadata.namespace}/${spec.imageFrom?.name} is not there`,
});

const beingDeleted = ({ metadata }: Image): Blocker => ({
  type: 'waiting',
  reason: REASONS.ImageNotReady,
  message: `Image ${metadata.namespace}/${metadata.name} is being deleted`,
});

const neverPulled = ({ metadata, spec }: Container): Blocker => ({
  type: 'waiting',
  reason: REASONS.ErrImageNeverPull,
  message: `no Image of namespace ${metadata.namespace} has the reference ${spec.image}, and imagePullPolicy is Never`,
});
