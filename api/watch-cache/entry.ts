import type { Revision } from '../store/store.ts';
import type { KubeObject } from '../../schemas/object.ts';

/**
 * One version of one object in its primary form: the stored bytes and what is looked up or selected by. Never changes;
 * a later version is another entry.
 */
export interface CacheEntry {
  readonly key: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The object's resourceVersion; for an entry of a DELETED event the revision of the deletion. */
  readonly revision: Revision;
  readonly createRevision: Revision;
  readonly labels: Readonly<Record<string, string>>;
  /** Values that field selectors may ask for, `metadata.name` and `metadata.namespace` always among them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly ownerUids: readonly string[];
  /** The stored value with its envelope; see stored-object.ts. */
  readonly value: Uint8Array;
  /** Where the object's metadata ends in it; 0 until somebody has looked. */
  metadataEnd: number;
  /** What somebody has made of the object, and who. */
  made: { readonly owner: object; readonly value: unknown } | undefined;
}

/** A kind's selectable fields by path (`status.phase`), without those that every kind has. */
export type SelectableFields = (object: KubeObject) => Readonly<Record<string, string>>;

const NONE: Readonly<Record<string, never>> = Object.freeze({});
const NOBODY: readonly never[] = Object.freeze([]);

/** Picks the indexed parts out of a decoded object. */
export function describeEntry(
  stored: Pick<CacheEntry, 'key' | 'revision' | 'createRevision' | 'value'>,
  place: Pick<CacheEntry, 'namespace' | 'name'>,
  object: KubeObject,
  selectableFields: SelectableFields | undefined,
): CacheEntry {
  const { uid, labels = NONE, ownerReferences } = object.metadata;
  return {
    key: stored.key,
    namespace: place.namespace,
    name: place.name,
    uid,
    revision: stored.revision,
    createRevision: stored.createRevision,
    labels,
    fields: { 'metadata.name': place.name, 'metadata.namespace': place.namespace, ...selectableFields?.(object) },
    ownerUids: ownerReferences ? ownerReferences.map((owner) => owner.uid) : NOBODY,
    value: stored.value,
    metadataEnd: 0,
    made: undefined,
  };
}
