/**
 * How objects are named in the store: `<prefix><namespace>%<name>`, or `<prefix><name>` for cluster-scoped kinds, where the
 * prefix ends in `/` (`/tsmoby.dev/containers/`). `%` sorts before every character of a namespace and stands in no Kubernetes name, so
 * bytewise order of keys is order by namespace, then name: with `/` namespace `a-b` would come before `a`.
 */
const SEPARATOR = '%';

export function objectKey(prefix: string, namespace: string, name: string): string {
  return namespace === '' ? prefix + name : prefix + namespace + SEPARATOR + name;
}

/** What all keys of a namespace begin with. */
export function namespacePrefix(prefix: string, namespace: string): string {
  return prefix + namespace + SEPARATOR;
}

/** The way back; `namespace` is empty for cluster-scoped kinds. */
export function parseObjectKey(prefix: string, key: string): { readonly namespace: string; readonly name: string } {
  const path = key.slice(prefix.length);
  const cut = path.indexOf(SEPARATOR);
  return { namespace: cut < 0 ? '' : path.slice(0, cut), name: path.slice(cut + 1) };
}
