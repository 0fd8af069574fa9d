import type { ExecutionContext } from 'ava';
import { openMemoryStore } from '../../../api/store/memory.ts';
import type { Store } from '../../../api/store/store.ts';
import type { CacheWatch } from '../../../api/watch-cache/cache-watch.ts';
import type { CacheEvent } from '../../../api/watch-cache/events.ts';
import { objectKey } from '../../../api/watch-cache/object-key.ts';
import { encodeObject } from '../../../api/watch-cache/stored-object.ts';
import { WatchCache } from '../../../api/watch-cache/watch-cache.ts';
import type { WatchCacheOptions } from '../../../api/watch-cache/watch-cache.ts';
import type { KubeObject } from '../../../schemas/object.ts';

export const PREFIX = '/core/configmaps/';

export interface Shape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly owners?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export type ConfigMap = KubeObject & { readonly data: Readonly<Record<string, unknown>> };

export function configMap(namespace: string, name: string, { labels, owners, data = {} }: Shape = {}): ConfigMap {
  const ownerReferences = owners?.map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: `name-of-${uid}`, uid }));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(namespace !== '' && { namespace }),
      uid: `uid-${namespace}-${name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      resourceVersion: '',
      ...(labels && { labels }),
      ...(ownerReferences && { ownerReferences }),
    },
    data,
  };
}

/** Writes through the store, as handlers do. */
export class Writer {
  readonly #store: Store;
  constructor(store: Store) {
    this.#store = store;
  }
  async put(namespace: string, name: string, shape?: Shape): Promise<number> {
    const key = objectKey(PREFIX, namespace, name);
    const value = encodeObject(configMap(namespace, name, shape));
    const head = await this.#store.get(key);
    return head ? this.#store.update(key, value, head.modRevision) : this.#store.create(key, value);
  }
  async delete(namespace: string, name: string): Promise<number> {
    const key = objectKey(PREFIX, namespace, name);
    return this.#store.delete(key, (await this.#store.get(key))!.modRevision);
  }
}

export interface Setting {
  readonly store: Store;
  readonly cache: WatchCache;
  readonly writer: Writer;
}

/** A store and a cache over it, closed when the test is over. */
export async function setting(
  t: ExecutionContext,
  options: Partial<WatchCacheOptions> = {},
  before?: (writer: Writer, store: Store) => Promise<unknown>,
): Promise<Setting> {
  const store = options.store ?? (await openMemoryStore());
  const writer = new Writer(store);
  await before?.(writer, store);
  const cache = await WatchCache.open({ store, prefix: PREFIX, ...options });
  t.teardown(async () => {
    cache[Symbol.dispose]();
    await store[Symbol.asyncDispose]();
  });
  return { store, cache, writer };
}

export const names = (entries: readonly { readonly namespace: string; readonly name: string }[]): string[] =>
  entries.map(({ namespace, name }) => (namespace === '' ? name : `${namespace}/${name}`));

/** An event as `ADDED a/x@3`. */
export function line(event: CacheEvent): string {
  if (event.type === 'BOOKMARK')
    return `BOOKMARK${event.initialEventsEnd ? ' initial-events-end' : ''}@${event.revision}`;
  return `${event.type} ${names([event.entry])[0]}@${event.revision}`;
}

/** Reads until so many events came. */
export async function take(watch: CacheWatch, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const events = await watch.read();
    if (events.length === 0) break;
    lines.push(...events.map(line));
  }
  return lines;
}
