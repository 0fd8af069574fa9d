/** What is put right in metadata, and told as a warning, instead of being refused. */
import type { KubeObject, OwnerReference } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import type { JsonObject } from '../../schemas/object.ts';

/**
 * One of each owner: a reference that stands twice says no more than once. `when` completes the warning, as on a real server.
 */
export function withoutRepeatedOwners(object: KubeObject, when: string, warn: (text: string) => void): KubeObject {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined || owners.length < 2) return object;
  const kept: OwnerReference[] = [];
  const repeated = new Set<string>();
  for (const owner of owners) {
    if (kept.some((known) => equal(known as unknown as JsonObject, owner as unknown as JsonObject))) {
      repeated.add(owner.uid);
    } else kept.push(owner);
  }
  if (repeated.size === 0) return object;
  warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...repeated].join(', ')}`,
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences: kept } };
}

/** Two writers of a custom kind may mean different things by one short name. */
export function warnOfBareFinalizers({ metadata }: KubeObject, warn: (text: string) => void): void {
  for (const finalizer of metadata.finalizers ?? []) {
    if (finalizer.includes('/') || finalizer === 'orphan' || finalizer === 'foregroundDeletion') continue;
    warn(
      `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
  }
}
