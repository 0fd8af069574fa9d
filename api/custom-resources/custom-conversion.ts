import { apiVersionOf, parseApiVersion } from '../../schemas/kinds.ts';
import type { JsonObject, KubeObject } from '../../schemas/object.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';
import type { Conversion } from '../registry/conversion.ts';

/** The schemas of one custom kind, by version. Compiled when first asked for; throws what the compiler throws. */
export type VersionSchemas = ReadonlyMap<string, () => Structural>;

/**
 * Conversion None: between versions only apiVersion changes. But an object is as its schema says also when it is older
 * than the schema: what is stored is pruned and defaulted by the version it was stored in, then pruned by the version that
 * is asked for; what is stored anew is pruned by the storage version.
 */
export function customConversion(
  group: string,
  version: string,
  storageVersion: string,
  schemas: VersionSchemas,
): Conversion {
  const asStored = new WeakMap<CacheEntry, boolean>();
  const to = (object: KubeObject, target: string): KubeObject => {
    const apiVersion = apiVersionOf({ group, version: target });
    return object.apiVersion === apiVersion ? object : pruned({ ...object, apiVersion }, schemas.get(target)?.());
  };
  const fromStored = (stored: KubeObject): KubeObject => {
    const written = schemas.get(parseApiVersion(stored.apiVersion)?.version ?? '') ?? schemas.get(storageVersion);
    return to(defaulted(pruned(stored, written?.()), written?.()), version);
  };
  return {
    fromStored,
    toStored: (object) => to(object, storageVersion),
    isAsStored(entry, stored) {
      const known = asStored.get(entry);
      if (known !== undefined) return known;
      const object = stored();
      const same = fromStored(object) === object;
      asStored.set(entry, same);
      return same;
    },
  };
}

const pruned = (object: KubeObject, schema: Structural | undefined): KubeObject =>
  schema === undefined ? object : asObject(schema.prune(asJson(object)).value);

const defaulted = (object: KubeObject, schema: Structural | undefined): KubeObject =>
  schema === undefined ? object : asObject(schema.applyDefaults(asJson(object)));

const asJson = (object: KubeObject): JsonObject => object as unknown as JsonObject;
const asObject = (json: JsonObject): KubeObject => json as unknown as KubeObject;
