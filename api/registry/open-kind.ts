import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../schemas/object.ts';
import { isObject, own } from '../../schemas/structural/own.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';
import type { Store } from '../store/store.ts';
import type { DecodedObjects } from '../watch-cache/decoded-objects.ts';
import { WatchCache } from '../watch-cache/watch-cache.ts';
import { keyPrefixOf, type KindStore } from './kind-store.ts';
import { strategyOf } from './strategies/index.ts';

/** What a kind's storage needs from around it. */
export type KindSurroundings = Pick<KindStore, 'origins' | 'admission' | 'namespacePhase' | 'fieldSets'> & {
  readonly store: Store;
  /** Decoded objects of all kinds share one bounded cache. */
  readonly objects: DecodedObjects;
  readonly onDamaged: (key: string, error: unknown) => void;
};

/** Compiles a kind's schema and loads its objects. The cache is the caller's to dispose. */
export async function openKind(definition: KindDefinition, surroundings: KindSurroundings): Promise<KindStore> {
  const { store, objects, onDamaged, ...rest } = surroundings;
  const cache = await WatchCache.open({
    store,
    objects,
    onDamaged,
    prefix: keyPrefixOf(definition),
    selectableFields: (object) => selectable(definition, object),
  });
  const schema = compileStructural(definition.schema, { metadata: objectMeta });
  return { ...rest, definition, schema, store, cache, strategy: strategyOf(definition) };
}

/** The values that field selectors of the kind look at. */
function selectable(
  { selectableFields, computedFields }: KindDefinition,
  object: KubeObject,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const path of selectableFields) {
    fields[path] = computedFields?.[path]?.(object) ?? textAt(object as unknown as JsonObject, path.split('.'));
  }
  return fields;
}

function textAt(root: JsonObject, path: readonly string[]): string {
  let at: JsonValue | undefined = root;
  for (const key of path) at = isObject(at) ? own(at, key) : undefined;
  return at === undefined || at === null || typeof at === 'object' ? '' : String(at);
}
