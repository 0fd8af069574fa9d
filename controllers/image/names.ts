import type { Image } from '../../schemas/gen/types.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';

/** The reference of an image record's source, as its label. */
export const FINGERPRINT_LABEL = 'tsmoby.dev/source';
/** A point in time (RFC 3339, milliseconds): whoever sets it wants the registry asked again if that was not done since. */
export const PULL_REQUEST_ANNOTATION = 'tsmoby.dev/pull-request';
/** Made for the Containers that name its reference, and gone with the last of them. */
export const IMPLICIT_LABEL = 'tsmoby.dev/implicit';

/** Records are named from the uid, never from a reference: two namespaces that pull one tag never meet. */
export const recordName = (image: Image): string => `tsmoby.dev/image/${image.metadata.uid}`;

/** What the stored content was made from. Another value means that it has to be fetched again. */
export function sourceFingerprint({ spec, metadata }: Image): string {
  const request = metadata.annotations?.[PULL_REQUEST_ANNOTATION];
  const generation = spec.pullPolicy === 'Always' ? metadata.generation : undefined;
  const { reference, archive, platform, insecure } = spec;
  // With an archive, the reference is only what Containers call it.
  const source = archive === undefined ? { reference, insecure } : { archive };
  return fingerprint({ ...source, platform, request, generation });
}
