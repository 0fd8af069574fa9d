/** Lets the daemon's controllers look straight at the API server's watch caches, instead of keeping copies. */
import type { ApiServer } from '../../api/server.ts';
import type { KindStore } from '../../api/registry/kind-store.ts';
import { valueOfEntry } from '../../api/registry/object-value.ts';
import type { CacheEntry } from '../../api/watch-cache/entry.ts';
import type { CacheChange } from '../../api/watch-cache/events.ts';
import type { Client } from '../../client/client.ts';
import { objectKey, parseKey } from '../../controllers/engine/keys.ts';
import type { ObjectChange, ObjectSource, ObjectView } from '../../controllers/engine/object-view.ts';
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import { kindsOf } from './find-kind.ts';

/** One kind's watch cache as the controllers' engine reads it. Objects are decoded when they are asked for. */
export function cacheView(kind: KindStore): ObjectView {
  const { cache } = kind;
  const object = (entry: CacheEntry): KubeObject => valueOfEntry(kind, entry).object();
  return {
    keys: () => cache.snapshot().map(({ namespace, name }) => objectKey(namespace, name)),
    get(key) {
      const { namespace = '', name } = parseKey(key);
      const entry = cache.get(namespace, name);
      return entry && object(entry);
    },
    subscribe: (listener) => cache.subscribe({ change: (change) => listener(objectChange(object, change)) }),
  };
}

/** The previous object is decoded only for listeners that look at it. */
function objectChange(
  objectOf: (entry: CacheEntry) => KubeObject,
  { revision, entry, previous }: CacheChange,
): ObjectChange {
  const before = previous && lazily(() => objectOf(previous));
  if (entry) {
    const object = objectOf(entry);
    if (!before) return { type: 'ADDED', object };
    return {
      type: 'MODIFIED',
      object,
      get previous() {
        return before();
      },
    };
  }
  const last = objectOf(previous as CacheEntry);
  const metadata = Object.freeze({ ...last.metadata, resourceVersion: String(revision) });
  return { type: 'DELETED', object: Object.freeze({ ...last, metadata }), previous: last };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * Gives an in-process client the capability to show the caches of the kinds that the API server stores; a kind in
 * another version than its controllers follow is listed and watched instead.
 */
export function withCacheViews(client: Client, server: Pick<ApiServer, 'kind' | 'registry'>): Client & ObjectSource {
  const findKind = kindsOf(server.registry);
  return {
    ...client,
    objectView(ref: KindRef) {
      const row = findKind(ref);
      const stored = row && server.kind(row.group, row.plural);
      return stored?.definition.version === row?.version ? stored && cacheView(stored) : undefined;
    },
  };
}
