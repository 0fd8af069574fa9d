import type { Owner } from '../ports/containers.ts';

/** Whose store a thing belongs to: the only ground on which a sweep may touch it. */
export const STORE_LABEL = 'tsmoby.dev/store';
const UID_LABEL = 'tsmoby.dev/uid';
const KIND_LABEL = 'tsmoby.dev/kind';
const NAMESPACE_LABEL = 'tsmoby.dev/namespace';
const NAME_LABEL = 'tsmoby.dev/name';

/** Keeps what carries it from the garbage collector (containerd 1.7 metadata/gc.go, isRootRef). */
export const GC_ROOT = 'containerd.io/gc.root';
/** RFC 3339; ends a lease by itself. */
export const GC_EXPIRE = 'containerd.io/gc.expire';
/** Prefix: the labelled record or blob keeps the content with this digest. */
export const GC_CONTENT = 'containerd.io/gc.ref.content';
/** Prefix of `.<snapshotter>`: the labelled blob keeps this snapshot. */
export const GC_SNAPSHOT = 'containerd.io/gc.ref.snapshot';
/** On container records: the manifest, from which configuration, layers and chain follow. */
export const MANIFEST_LABEL = `${GC_CONTENT}.manifest`;

/** On image records: the manifest of the platform that was chosen. */
export const IMAGE_MANIFEST_LABEL = 'tsmoby.dev/manifest';

const OURS = new Set([STORE_LABEL, UID_LABEL, KIND_LABEL, NAMESPACE_LABEL, NAME_LABEL]);

export function ownerLabels(identity: string, owner: Owner): Record<string, string> {
  return {
    [STORE_LABEL]: identity,
    [UID_LABEL]: owner.uid,
    [KIND_LABEL]: owner.kind,
    [NAMESPACE_LABEL]: owner.namespace,
    [NAME_LABEL]: owner.name,
  };
}

export function ownerOf(labels: Readonly<Record<string, string>>): Owner {
  return {
    uid: labels[UID_LABEL] ?? '',
    kind: labels[KIND_LABEL] ?? '',
    namespace: labels[NAMESPACE_LABEL] ?? '',
    name: labels[NAME_LABEL] ?? '',
  };
}

/** The caller's own labels: without those of the adapter and of containerd. `reserved` names further ones of the adapter. */
export function callerLabels(
  labels: Readonly<Record<string, string>>,
  reserved: ReadonlySet<string> = new Set(),
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([key]) => !OURS.has(key) && !reserved.has(key) && !key.startsWith('containerd.io/')),
  );
}

/** Filter of containerd's list calls: exactly the things of this store. */
export function storeFilter(identity: string): string {
  return `labels."${STORE_LABEL}"==${JSON.stringify(identity)}`;
}
