/** What reads and writes of one stored kind share, and the crossings between cache entries, stored bytes and objects. */
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import type { FieldSetCache } from '../apply/fields-v1.ts';
import type { AdmissionChain } from '../pipeline/admission.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { fromCacheError, fromStoreError, StatusError, type ResourceName } from '../status-error.ts';
import { StoreError, type Revision, type Store } from '../store/store.ts';
import { openValue } from '../store/envelope.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';
import { WatchCacheError } from '../watch-cache/errors.ts';
import { deepFreeze } from '../watch-cache/freeze.ts';
import { decodeObject, encodeObject, spliceResourceVersion } from '../watch-cache/stored-object.ts';
import type { WatchCache } from '../watch-cache/watch-cache.ts';
import type { Origins } from './object-rules.ts';
import type { Strategy } from './strategies/strategy.ts';

/** Whether objects may be created in a namespace; undefined when there is no such namespace. */
export type NamespacePhase = (name: string) => 'Active' | 'Terminating' | undefined;

export interface KindStore {
  readonly definition: KindDefinition;
  readonly schema: Structural;
  readonly strategy: Strategy;
  readonly store: Store;
  readonly cache: WatchCache;
  readonly origins: Origins;
  readonly admission: AdmissionChain;
  readonly namespacePhase: NamespacePhase;
  /** Parsed managed fields, shared by the whole server. */
  readonly fieldSets: FieldSetCache;
}

/** What all keys of a kind begin with: `/registry/tsmoby.dev/containers/`. */
export const keyPrefixOf = ({ group, plural }: ResourceName): string =>
  `/registry/${group === '' ? 'core' : group}/${plural}/`;

/** An object as some write left it. */
export interface Version {
  readonly object: KubeObject;
  readonly revision: Revision;
}

export const valueOfEntry = (cache: WatchCache, entry: CacheEntry): ObjectValue => ({
  json: () => cache.json(entry),
  object: () => cache.object(entry),
});

/** The outcome of a write; its object is the cache's own while that is the newest. */
export function valueOfBytes(
  cache: WatchCache,
  place: { namespace: string; name: string },
  bytes: Uint8Array,
  revision: Revision,
): ObjectValue {
  return {
    json: () => spliceResourceVersion(bytes, revision),
    object: () => {
      const entry = cache.get(place.namespace, place.name);
      return entry?.revision === revision ? cache.object(entry) : deepFreeze(decodeObject(bytes, revision));
    },
  };
}

/** An object that is stored nowhere: the outcome of a dry run. */
export function valueOfObject(object: KubeObject): ObjectValue {
  const { resourceVersion } = object.metadata as Partial<KubeObject['metadata']>;
  return {
    json: () => {
      const bytes = encodeObject(object);
      return resourceVersion === undefined
        ? openValue(bytes).payload
        : spliceResourceVersion(bytes, Number(resourceVersion));
    },
    object: () => deepFreeze(structuredClone(object)),
  };
}

/** The one crossing from what stores and caches throw to Statuses; everything else passes unchanged. */
export function asStatusError(error: unknown, resource: ResourceName, name: string): unknown {
  if (error instanceof StatusError) return error;
  if (error instanceof StoreError) return Object.assign(fromStoreError(error, resource, name), { cause: error });
  return error instanceof WatchCacheError ? Object.assign(fromCacheError(error), { cause: error }) : error;
}
