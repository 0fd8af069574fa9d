import { isReason, type Client } from '../../client/client.ts';
import type { Container, Image } from '../../schemas/gen/types.ts';
import { settled, type Outcome, type Reader } from '../engine/contract.ts';
import { refOf } from '../engine/keys.ts';
import { IMPLICIT_LABEL } from './names.ts';
import { isOfRevision } from './revisions.ts';
import { wayOf } from './way.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/**
 * An Image that was made for the Containers that name its reference, and none of them is left, nor one that may go back to a spec which named it.
 * Asking the Containers needs no owner references, which each of them would have to write before it starts.
 */
export function isUnused(image: Image, reader: Reader): boolean {
  if (image.metadata.labels?.[IMPLICIT_LABEL] !== 'true') return false;
  const { namespace = '' } = image.metadata;
  const value = image.spec.reference ?? '';
  const isNamed = reader
    .list<Container>(CONTAINER, { namespace, index: { name: 'image', value } })
    .some((container) => wayOf(container) === wayOf(image));
  return !isNamed && !isOfRevision(image, reader);
}

/** Deletes this very object; one of the same name that was made since stays. */
export async function removeUnused(image: Image, client: Client, signal: AbortSignal): Promise<Outcome> {
  try {
    await client.delete(refOf(image), { signal, preconditions: { uid: image.metadata.uid } });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
  return settled();
}
