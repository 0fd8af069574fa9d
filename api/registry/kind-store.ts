/** What reads and writes of one version of a stored kind share; the store and its cache are those of all its versions. */
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import type { FieldSetCache } from '../apply/fields-v1.ts';
import type { AdmissionChain } from '../pipeline/admission.ts';
import { fromCacheError, fromStoreError, StatusError, type ResourceName } from '../status-error.ts';
import { StoreError, type Store } from '../store/store.ts';
import { WatchCacheError } from '../watch-cache/errors.ts';
import { objectKey } from '../watch-cache/object-key.ts';
import type { WatchCache } from '../watch-cache/watch-cache.ts';
import type { Conversion, View } from './conversion.ts';
import type { Origins } from './object-rules.ts';
import type { Strategy } from './strategies/strategy.ts';

/** Whether objects may be created in a namespace; undefined when there is no such namespace. */
export type NamespacePhase = (name: string) => 'Active' | 'Terminating' | undefined;

/** What reads of one version need. */
export interface KindReads {
  /** Of the version that is served. */
  readonly definition: KindDefinition;
  readonly schema: Structural;
  /** Holds objects in their stored form. */
  readonly cache: WatchCache;
  /** From the stored form to this version; absent where they are the same. */
  readonly conversion?: View;
  /** Aborted when the version is served no longer, or in another way: its watches end, and clients watch again. */
  readonly retired?: AbortSignal;
}

/** What writes need besides. */
export interface KindStore extends KindReads {
  readonly strategy: Strategy;
  readonly store: Store;
  /** Between the stored form and this version; absent where they are the same. */
  readonly conversion?: Conversion;
  /** Its definition is being deleted: nothing new is made. */
  readonly terminating?: () => boolean;
  readonly origins: Origins;
  readonly admission: AdmissionChain;
  readonly namespacePhase: NamespacePhase;
  /** Parsed managed fields, shared by the whole server. */
  readonly fieldSets: FieldSetCache;
}

/** What all keys of a kind begin with: `/registry/tsmoby.dev/containers/`. */
export const keyPrefixOf = ({ group, plural }: ResourceName): string =>
  `/registry/${group === '' ? 'core' : group}/${plural}/`;

/** Where an object of the kind is stored. */
export const keyOf = ({ cache }: KindStore, namespace: string, name: string): string =>
  objectKey(cache.prefix, namespace, name);

/** The one crossing from what stores and caches throw to Statuses; everything else passes unchanged. */
export function asStatusError(error: unknown, resource: ResourceName, name: string): unknown {
  if (error instanceof StatusError) return error;
  if (error instanceof StoreError) return Object.assign(fromStoreError(error, resource, name), { cause: error });
  return error instanceof WatchCacheError ? Object.assign(fromCacheError(error), { cause: error }) : error;
}
