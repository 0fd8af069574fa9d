import { isReason, type Client } from '../../client/client.ts';
import type { Build, Container, Image } from '../../schemas/gen/types.ts';
import { readableImageReference } from '../../schemas/values/image-reference.ts';
import { settled, type Outcome, type Reader, type WatchedKind } from '../engine/contract.ts';
import { keyOf, refOf } from '../engine/keys.ts';
import { IMPLICIT_LABEL } from './names.ts';
import { isOfRevision } from './revisions.ts';
import { wayOf } from './way.ts';

const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;
const IMAGE = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/**
 * An Image that was made for the Containers that name its reference, and none of them is left, nor one that may go back to a spec which named it; or a Build
 * gives that reference, and none may go back to what was before that.
 * Asking the Containers needs no owner references, which each of them would have to write before it starts.
 */
export function isUnused(image: Image, reader: Reader): boolean {
  if (image.metadata.labels?.[IMPLICIT_LABEL] !== 'true') return false;
  const { namespace = '' } = image.metadata;
  const value = image.spec.reference ?? '';
  if (isBuilt(image, reader)) return !isOfRevision(image, reader, true);
  const isNamed = reader
    .list<Container>(CONTAINER, { namespace, index: { name: 'image', value } })
    .some((container) => wayOf(container) === wayOf(image));
  return !isNamed && !isOfRevision(image, reader, false);
}

/** A Build of the namespace gives this reference: Containers take it from there. */
function isBuilt({ metadata: { namespace = '' }, spec }: Image, reader: Reader): boolean {
  const [value] = builtReference(spec.reference);
  if (value === undefined) return false;
  const builds = reader.list<Build>(BUILD, { namespace, index: { name: 'image', value } });
  return builds.some(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Images that a new Build may make useless. */
export const buildWatch: WatchedKind = {
  kind: BUILD,
  indexes: { image: (build) => builtReference((build as Build).spec.reference) },
  map(object, reader) {
    const { spec, metadata } = object as Build;
    const [value] = builtReference(spec.reference);
    if (value === undefined) return [];
    return reader
      .list<Image>(IMAGE, { namespace: metadata.namespace ?? '', labels: { [IMPLICIT_LABEL]: 'true' } })
      .filter((image) => builtReference(image.spec.reference)[0] === value)
      .map(keyOf);
  },
};

/** In full form; none for what cannot be read. */
const builtReference = (reference: string | undefined): readonly string[] =>
  [readableImageReference(reference)].filter((full) => full !== undefined);

/** Deletes this very object; one of the same name that was made since stays. */
export async function removeUnused(image: Image, client: Client, signal: AbortSignal): Promise<Outcome> {
  try {
    await client.delete(refOf(image), { signal, preconditions: { uid: image.metadata.uid } });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
  return settled();
}
