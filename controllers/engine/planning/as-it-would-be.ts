import type { KubeObject, ObjectMeta } from '../../../schemas/object.ts';
import { canonicalJson, fingerprint } from '../../../schemas/values/fingerprint.ts';
import { keyOf, kindKey } from '../keys.ts';

type Parts = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

/**
 * An object of a question as its controller would find it: with the uid and the status of the one that is there, and the next generation where
 * the spec differs. One that is not there yet has a uid that no object has, always the same one.
 */
export function asItWouldBe(asked: KubeObject, present: KubeObject | undefined, now: string): KubeObject {
  const { status: _, ...wish } = asked as Parts;
  if (present === undefined) {
    const metadata = {
      ...asked.metadata,
      uid: uidOf(asked),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: now,
    };
    return { ...wish, metadata };
  }
  const { status } = present as Parts;
  return { ...wish, metadata: metadataOf(asked, present), ...(status === undefined ? {} : { status }) };
}

function metadataOf(asked: KubeObject, present: KubeObject): ObjectMeta {
  const { uid, resourceVersion, creationTimestamp, deletionTimestamp, finalizers, generation, managedFields } =
    present.metadata;
  const isSame = canonicalJson((asked as Parts).spec) === canonicalJson((present as Parts).spec);
  return {
    ...(managedFields === undefined ? {} : { managedFields }),
    ...asked.metadata,
    uid,
    resourceVersion,
    creationTimestamp,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(generation === undefined ? {} : { generation: isSame ? generation : generation + 1 }),
  };
}

/** An object as `finalize` would find it. */
export const beingDeleted = (object: KubeObject, now: string): KubeObject => ({
  ...object,
  metadata: { deletionTimestamp: now, ...object.metadata },
});

/** Version 8 of RFC 9562: made by a rule of one's own. */
function uidOf(object: KubeObject): string {
  const digits = fingerprint([kindKey(object), keyOf(object)], 12);
  return `00000000-0000-8000-8000-${digits}`;
}
