import type { KubeObject } from '../../schemas/object.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';

/**
 * How an object stands, in a few characters: another text when anybody may have changed what was applied, the same one after a change of status alone. Kinds
 * that count no generations have no status that counts either.
 */
export function standOf({ metadata }: KubeObject): string {
  const { uid, generation, resourceVersion, labels, annotations, ownerReferences, deletionTimestamp } = metadata;
  return fingerprint([uid, generation ?? resourceVersion, labels, annotations, ownerReferences, deletionTimestamp]);
}
