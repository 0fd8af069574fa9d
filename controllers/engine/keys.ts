/**
 * Names of things inside the engine: the key of an object among its kind, the key of a kind among kinds, and the
 * order of resourceVersions.
 */
import type { KindRef, KubeObject, ObjectRef } from '../../schemas/object.ts';

/** `namespace/name`, or `name` for cluster-scoped kinds. */
export type Key = string;

/** The queue key of an object: `namespace/name`, or `name` for cluster-scoped kinds. */
export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): Key {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

/** As `keyOf`, from the parts. */
export function objectKey(namespace: string | undefined, name: string): Key {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The parts of a key. Names hold no slash, so the first one is the border. */
export function parseKey(key: Key): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** One string for a kind, to be used in maps. */
export function kindKey(kind: KindRef): string {
  return `${kind.apiVersion}/${kind.kind}`;
}

/** Where to find an object again. */
export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  const kind = { apiVersion: object.apiVersion, kind: object.kind };
  return namespace === undefined ? { ...kind, name } : { ...kind, namespace, name };
}

export { groupOf } from '../../schemas/api-version.ts';

/**
 * Orders two resourceVersions: decimal counters of any length, as the API server gives them (and Kubernetes since 1.35
 * promises). Negative: `a` is older.
 */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Oldest first; of those of one second always in the same order. */
export function byAge(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a.metadata, b.metadata];
  return compareText(x.creationTimestamp, y.creationTimestamp) || compareText(x.uid, y.uid);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
