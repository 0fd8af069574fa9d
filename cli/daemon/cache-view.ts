/** Lets the daemon's controllers look straight at the API server's watch caches, instead of keeping copies. */
import type { ApiServer } from '../../api/server.ts';
import type { CacheEntry } from '../../api/watch-cache/entry.ts';
import type { CacheChange } from '../../api/watch-cache/events.ts';
import type { WatchCache } from '../../api/watch-cache/watch-cache.ts';
import type { Client } from '../../client/client.ts';
import { objectKey, parseKey } from '../../controllers/engine/keys.ts';
import type { ObjectChange, ObjectSource, ObjectView } from '../../controllers/engine/object-view.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { findByKindRef } from '../../schemas/kinds.ts';
import type { KindRef } from '../../schemas/object.ts';

/** One watch cache as the controllers' engine reads it. Objects are decoded when they are asked for. */
export function cacheView(cache: WatchCache): ObjectView {
  return {
    keys: () => cache.snapshot().map(({ namespace, name }) => objectKey(namespace, name)),
    get(key) {
      const { namespace = '', name } = parseKey(key);
      const entry = cache.get(namespace, name);
      return entry && cache.object(entry);
    },
    subscribe: (listener) => cache.subscribe({ change: (change) => listener(objectChange(cache, change)) }),
  };
}

/** The previous object is decoded only for listeners that look at it. */
function objectChange(cache: WatchCache, { revision, entry, previous }: CacheChange): ObjectChange {
  const before = previous && lazily(() => cache.object(previous));
  if (entry) {
    const object = cache.object(entry);
    if (!before) return { type: 'ADDED', object };
    return {
      type: 'MODIFIED',
      object,
      get previous() {
        return before();
      },
    };
  }
  const last = cache.object(previous as CacheEntry);
  const metadata = Object.freeze({ ...last.metadata, resourceVersion: String(revision) });
  return { type: 'DELETED', object: Object.freeze({ ...last, metadata }), previous: last };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Gives an in-process client the capability to show the caches of the kinds that the API server stores. */
export function withCacheViews(
  client: Client,
  server: Pick<ApiServer, 'kind'>,
  findKind: (ref: KindRef) => Pick<KindDefinition, 'group' | 'plural'> | undefined = findByKindRef,
): Client & ObjectSource {
  return {
    ...client,
    objectView(ref) {
      const row = findKind(ref);
      const stored = row && server.kind(row.group, row.plural);
      return stored && cacheView(stored.cache);
    },
  };
}
