import type { Build, Container, Image } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import {
  fullImageReference,
  ImageReferenceError,
  readableImageReference,
} from '../../schemas/values/image-reference.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { byAge } from '../engine/keys.ts';

export const IMAGE = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' } as const;
export const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;
/** As in controllers/image/names.ts: part of the Image kind's interface, not of its code. */
export const IMPLICIT_LABEL = 'tsmoby.dev/implicit';

/** The object of its namespace that gives a Container its content. */
export type ImageSource =
  { readonly kind: 'Image'; readonly object: Image } | { readonly kind: 'Build'; readonly object: Build };

/** Content in the store that an Image or a Build stands for. */
export interface Result {
  readonly recordName: string;
  readonly manifestDigest: string;
  /** Of the index or manifest, as status of a Container tells it. */
  readonly digest: string | undefined;
}

/**
 * By name, or by reference: Images that somebody declared come first, then Builds, then the Image that was made for the reference. Also an object that is being
 * deleted, where there is no other.
 */
export function findSource(container: Pick<Container, 'metadata' | 'spec'>, reader: Reader): ImageSource | undefined {
  const { metadata, spec } = container;
  const { namespace = '' } = metadata;
  const { imageFrom } = spec;
  if (imageFrom?.kind === 'Build') return buildSource(reader.get<Build>(BUILD, namespace, imageFrom.name));
  if (imageFrom !== undefined) return imageSource(reader.get<Image>(IMAGE, namespace, imageFrom.name));
  const query = { namespace, index: { name: 'reference', value: normalized(spec.image ?? '') } };
  const declared = reader.list<Image>(IMAGE, query).filter((image) => isThere(image) && !isImplicit(image));
  return (
    imageSource(declared.toSorted(byUsefulness)[0]) ??
    buildSource(reader.list<Build>(BUILD, query).filter(isThere).toSorted(byUsefulness)[0]) ??
    imageSource(reader.get<Image>(IMAGE, namespace, implicitName({ spec })))
  );
}

const imageSource = (object: Image | undefined): ImageSource | undefined => object && { kind: 'Image', object };
const buildSource = (object: Build | undefined): ImageSource | undefined => object && { kind: 'Build', object };
const isThere = ({ metadata }: Image | Build): boolean => metadata.deletionTimestamp === undefined;

/** What it gives now, and after that what it gave before and still holds. */
export function resultsOf({ status }: Image | Build): readonly Result[] {
  const former = status !== undefined && 'history' in status ? (status.history ?? []) : [];
  return [status ?? {}, ...former].flatMap(({ recordName, manifestDigest, digest }) =>
    recordName === undefined || manifestDigest === undefined ? [] : [{ recordName, manifestDigest, digest }],
  );
}

/** Those with content first, then the oldest: the choice must not change from look to look. */
function byUsefulness(a: Image | Build, b: Image | Build): number {
  const content = Number(b.status?.manifestDigest !== undefined) - Number(a.status?.manifestDigest !== undefined);
  return content || byAge(a, b);
}

export const isImplicit = ({ metadata }: Image): boolean => metadata.labels?.[IMPLICIT_LABEL] === 'true';

/** Value of the index `reference` on Images and Builds: the full reference; none for one that cannot be read. */
export function referenceIndex({ spec }: { readonly spec: { readonly reference?: string } }): readonly string[] {
  const full = readableImageReference(spec.reference);
  return full === undefined ? [] : [full];
}

/** The full form of a reference in a spec. Throws a stalled outcome for one that cannot be read. */
export function normalized(reference: string): string {
  try {
    return fullImageReference(reference);
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
