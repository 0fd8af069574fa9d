/** What ownerReferences and the collector's two finalizers say; pure. */
import type { KubeObject, OwnerReference } from '../../schemas/object.ts';

/** The owner waits until the dependents that block it are gone. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** The owner waits until its dependents no longer name it. */
export const ORPHAN_FINALIZER = 'orphan';

/** Name of the index on every kind. */
export const OWNERSHIP_INDEX = 'garbage-collector/ownership';
/** Index value of objects that name owners. Uids hold no slash. */
export const OWNED = '/owned';
/** Index value of objects that are being deleted and wait for the collector. */
export const HELD = '/held';

export const ownersOf = (object: KubeObject): readonly OwnerReference[] => object.metadata.ownerReferences ?? [];

export const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

/** Being deleted in the foreground: it goes after its dependents. */
export const waitsForDependents = (object: KubeObject): boolean =>
  isDeleting(object) && (object.metadata.finalizers ?? []).includes(FOREGROUND_FINALIZER);

/** Being deleted, its dependents are to stay. */
export const waitsForOrphaning = (object: KubeObject): boolean =>
  isDeleting(object) && (object.metadata.finalizers ?? []).includes(ORPHAN_FINALIZER);

/** The uids of an object's owners, and what else the collector looks objects up by. */
export function ownershipValues(object: KubeObject): readonly string[] {
  const owners = ownersOf(object);
  const values = owners.map((owner) => owner.uid);
  if (owners.length > 0) values.push(OWNED);
  if (waitsForDependents(object) || waitsForOrphaning(object)) values.push(HELD);
  return values;
}

/** Whether the dependent keeps the owner of that uid from going. */
export const blocks = (dependent: KubeObject, owner: KubeObject): boolean =>
  ownersOf(dependent).some(
    (reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion === true,
  );

/** The policy that an object's own finalizers ask for. */
export function policyOf(object: KubeObject): 'Orphan' | 'Foreground' | 'Background' {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(ORPHAN_FINALIZER)) return 'Orphan';
  return finalizers.includes(FOREGROUND_FINALIZER) ? 'Foreground' : 'Background';
}
