/** The crossings between what is stored (cache entries, bytes) and objects in the version that is served. */
import type { KubeObject } from '../../schemas/object.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { openValue } from '../store/envelope.ts';
import type { Revision } from '../store/store.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';
import { deepFreeze } from '../watch-cache/freeze.ts';
import { decodeObject, encodeObject, spliceResourceVersion } from '../watch-cache/stored-object.ts';
import type { KindReads, KindStore } from './kind-store.ts';

/** An object as some write left it. */
export interface Version {
  /** In the version that is served. Frozen. */
  readonly object: KubeObject;
  /** In its stored form; the same object where nothing is to be converted. Frozen. */
  readonly stored: KubeObject;
  readonly revision: Revision;
}

export function versionOfEntry(kind: KindStore, entry: CacheEntry): Version {
  const stored = kind.cache.object(entry);
  return { object: shown(kind, stored), stored, revision: entry.revision };
}

export function versionOfBytes(kind: KindStore, bytes: Uint8Array, revision: Revision): Version {
  const stored = deepFreeze(decodeObject(bytes, revision));
  return { object: shown(kind, stored), stored, revision };
}

/** An object of this version in its stored form. */
export const toStored = ({ conversion }: KindStore, object: KubeObject): KubeObject =>
  conversion === undefined ? object : conversion.toStored(object);

/** The value to store for an object of this version. */
export const encodeStored = (kind: KindStore, object: KubeObject): Uint8Array => encodeObject(toStored(kind, object));

export function valueOfEntry(kind: KindReads, entry: CacheEntry): ObjectValue {
  const { cache } = kind;
  if (isAsStored(kind, entry)) return { json: () => cache.json(entry), object: () => cache.object(entry) };
  return converted(() => shown(kind, cache.object(entry)), entry.revision);
}

/** The outcome of a write; its object is the cache's own while that is the newest. */
export function valueOfBytes(
  kind: KindStore,
  place: { namespace: string; name: string },
  bytes: Uint8Array,
  revision: Revision,
): ObjectValue {
  const { cache, conversion } = kind;
  const newest = (): CacheEntry | undefined => {
    const entry = cache.get(place.namespace, place.name);
    return entry?.revision === revision ? entry : undefined;
  };
  if (conversion !== undefined) {
    const entry = newest();
    return entry === undefined
      ? converted(() => versionOfBytes(kind, bytes, revision).object, revision)
      : valueOfEntry(kind, entry);
  }
  return {
    json: () => spliceResourceVersion(bytes, revision),
    object: () => {
      const entry = newest();
      return entry === undefined ? deepFreeze(decodeObject(bytes, revision)) : cache.object(entry);
    },
  };
}

/** An object that is stored nowhere, the outcome of a dry run: as it would come back. */
export function valueOfObject(kind: KindStore, object: KubeObject): ObjectValue {
  const { conversion } = kind;
  const back = conversion === undefined ? object : conversion.fromStored(conversion.toStored(object));
  return {
    json: () => jsonOf(back),
    object: () => deepFreeze(structuredClone(back)),
  };
}

function isAsStored({ conversion, cache }: KindReads, entry: CacheEntry): boolean {
  if (conversion === undefined) return true;
  return conversion.isAsStored?.(entry, () => cache.object(entry)) ?? false;
}

function shown({ conversion }: Pick<KindReads, 'conversion'>, stored: KubeObject): KubeObject {
  if (conversion === undefined) return stored;
  const object = conversion.fromStored(stored);
  return object === stored ? stored : deepFreeze(object);
}

/** A value that is worked out when somebody asks, and once. */
function converted(make: () => KubeObject, revision: Revision): ObjectValue {
  let made: KubeObject | undefined;
  const object = (): KubeObject => (made ??= make());
  return { object, json: () => spliceResourceVersion(encodeObject(object()), revision) };
}

function jsonOf(object: KubeObject): Uint8Array {
  const { resourceVersion } = object.metadata as Partial<KubeObject['metadata']>;
  const bytes = encodeObject(object);
  return resourceVersion === undefined
    ? openValue(bytes).payload
    : spliceResourceVersion(bytes, Number(resourceVersion));
}
