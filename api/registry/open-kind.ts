import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';
import type { Store } from '../store/store.ts';
import type { DecodedObjects } from '../watch-cache/decoded-objects.ts';
import { WatchCache } from '../watch-cache/watch-cache.ts';
import type { Conversion, View } from './conversion.ts';
import { keyPrefixOf, type KindReads, type KindStore } from './kind-store.ts';
import { selectableFields } from './selectable.ts';
import { strategyOf } from './strategies/index.ts';

/** What a kind's storage needs from around it. */
export type KindSurroundings = Pick<KindStore, 'origins' | 'admission' | 'namespacePhase' | 'fieldSets'> & {
  readonly store: Store;
  /** Decoded objects of all kinds share one bounded cache. */
  readonly objects: DecodedObjects;
  readonly onDamaged: (key: string, error: unknown) => void;
};

/** Tests compile the rules of all of these: a daemon does so for the kinds that it is asked to write. */
const BUILT_IN = { metadata: objectMeta, lateRules: true } as const;

/** Compiles a kind's schema and loads its objects. The cache is the caller's to dispose. */
export async function openKind(definition: KindDefinition, surroundings: KindSurroundings): Promise<KindStore> {
  const { store, objects, onDamaged, ...rest } = surroundings;
  const cache = await WatchCache.open({
    store,
    objects,
    onDamaged,
    prefix: keyPrefixOf(definition),
    selectableFields: (object) => selectableFields(definition, object),
  });
  const schema = compileStructural(definition.schema, BUILT_IN);
  return { ...rest, definition, schema, store, cache, strategy: strategyOf(definition) };
}

/** The same objects at another group or version, with the rules of that place (conversion.ts). */
export function serveAlso(kind: KindStore, definition: KindDefinition, conversion: Conversion): KindStore {
  const schema = compileStructural(definition.schema, BUILT_IN);
  return { ...kind, definition, schema, strategy: strategyOf(definition), conversion };
}

/** The same objects to be read as another kind, and not to be written. */
export function viewAs({ cache }: KindReads, definition: KindDefinition, conversion: View): KindReads {
  return { definition, schema: compileStructural(definition.schema, BUILT_IN), cache, conversion };
}
