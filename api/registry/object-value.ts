/** The crossings between what is stored (cache entries, bytes) and objects in the version that is served. */
import type { KubeObject } from '../../schemas/object.ts';
import type { ByteSink } from '../byte-sink.ts';
import { encodeJson } from '../../schemas/text/json.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { openValue } from '../store/envelope.ts';
import type { Revision } from '../store/store.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';
import { deepFreeze } from '../watch-cache/freeze.ts';
import {
  decodeObject,
  encodeObject,
  spliceResourceVersion,
  writeStored,
  writeStoredMetadata,
} from '../watch-cache/stored-object.ts';
import type { WatchCache } from '../watch-cache/watch-cache.ts';
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
  if (kind.conversion === undefined) return new EntryValue(kind.cache, entry);
  return new LateValue(() =>
    isAsStored(kind, entry)
      ? new EntryValue(kind.cache, entry)
      : converted(() => shown(kind, kind.cache.object(entry)), entry.revision),
  );
}

/** Stored bytes that are shown as they are. */
class EntryValue implements ObjectValue {
  readonly #cache: WatchCache;
  readonly #entry: CacheEntry;

  constructor(cache: WatchCache, entry: CacheEntry) {
    this.#cache = cache;
    this.#entry = entry;
  }

  json(): Uint8Array {
    return spliceResourceVersion(this.#entry.value, this.#entry.revision);
  }

  writeJson(sink: ByteSink): void {
    writeStored(this.#entry.value, this.#entry.revision, sink);
  }

  writeMetadata(sink: ByteSink): void {
    const { value, revision, metadataEnd } = this.#entry;
    this.#entry.metadataEnd = writeStoredMetadata(value, revision, sink, metadataEnd);
  }

  object(): KubeObject {
    return this.#cache.object(this.#entry);
  }

  glance(): KubeObject {
    return this.#cache.glance(this.#entry);
  }

  summary(): KubeObject {
    return this.#cache.summary(this.#entry);
  }

  kept<T>(owner: object, make: (object: KubeObject) => T): T {
    const { made } = this.#entry;
    if (made?.owner === owner) return made.value as T;
    const value = make(this.summary());
    this.#entry.made = { owner, value };
    return value;
  }
}

/** A value of which it is found out when it is used what it is: that may take a while, and a list has thousands. */
class LateValue implements ObjectValue {
  readonly #find: () => ObjectValue;
  #found: ObjectValue | undefined;

  constructor(find: () => ObjectValue) {
    this.#find = find;
  }

  json(): Uint8Array {
    return this.#value().json();
  }

  writeJson(sink: ByteSink): void {
    this.#value().writeJson(sink);
  }

  writeMetadata(sink: ByteSink): void {
    this.#value().writeMetadata(sink);
  }

  object(): KubeObject {
    return this.#value().object();
  }

  glance(): KubeObject {
    return this.#value().glance();
  }

  summary(): KubeObject {
    return this.#value().summary();
  }

  kept<T>(owner: object, make: (object: KubeObject) => T): T {
    return this.#value().kept(owner, make);
  }

  #value(): ObjectValue {
    return (this.#found ??= this.#find());
  }
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
  const object = (): KubeObject => {
    const entry = newest();
    return entry === undefined ? deepFreeze(decodeObject(bytes, revision)) : cache.object(entry);
  };
  return {
    json: () => spliceResourceVersion(bytes, revision),
    writeJson: (sink) => writeStored(bytes, revision, sink),
    writeMetadata: (sink) => void writeStoredMetadata(bytes, revision, sink),
    object,
    glance: object,
    summary: object,
    kept: (_owner, make) => make(object()),
  };
}

/** An object that is made to be shown, and not stored as it is shown. `object` freezes it. */
export const madeValue = (
  object: () => KubeObject,
  json = (): Uint8Array => Buffer.from(encodeJson(object())),
): ObjectValue => ({
  json,
  writeJson: (sink) => sink.bytes(json()),
  writeMetadata: (sink) => sink.text(encodeJson(object().metadata)),
  object,
  glance: object,
  summary: object,
  kept: (_owner, make) => make(object()),
});

/** An object that is stored nowhere, the outcome of a dry run: as it would come back. */
export function valueOfObject(kind: KindStore, object: KubeObject): ObjectValue {
  const { conversion } = kind;
  const back = conversion === undefined ? object : conversion.fromStored(conversion.toStored(object));
  return madeValue(
    () => deepFreeze(structuredClone(back)),
    () => jsonOf(back),
  );
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
  return madeValue(object, () => spliceResourceVersion(encodeObject(object()), revision));
}

function jsonOf(object: KubeObject): Uint8Array {
  const { resourceVersion } = object.metadata as Partial<KubeObject['metadata']>;
  const bytes = encodeObject(object);
  return resourceVersion === undefined
    ? openValue(bytes).payload
    : spliceResourceVersion(bytes, Number(resourceVersion));
}
