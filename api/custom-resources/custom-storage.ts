import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CustomKind } from '../../schemas/custom/kind-definitions.ts';
import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import { compileStructural, type Structural } from '../../schemas/structural/structural.ts';
import { createDeleter } from '../registry/object-deleter.ts';
import { keyPrefixOf, type KindStore } from '../registry/kind-store.ts';
import type { KindSurroundings } from '../registry/open-kind.ts';
import type { AdmissionChain } from '../pipeline/admission.ts';
import type { ServedResource } from '../registry/resource.ts';
import { storedResource } from '../registry/stored-resource.ts';
import { customStrategyOf } from '../registry/strategies/index.ts';
import { forbidden, StatusError } from '../status-error.ts';
import { WatchCache } from '../watch-cache/watch-cache.ts';
import { serverCall } from './server-call.ts';
import { customConversion } from './custom-conversion.ts';

/** Deletes that run at once while a definition goes. */
const PARALLEL_DELETES = 16;

/** What a definition's objects are stored as: its group and plural, which never change. */
export interface StorageName {
  readonly group: string;
  readonly plural: string;
}

/**
 * The objects of one CustomResourceDefinition, and what they are served as. The storage lives as long as the definition;
 * what is served of it changes with every change of the spec.
 */
export class CustomStorage implements Disposable {
  readonly name: StorageName;
  /** Creates are refused: the definition is being deleted. */
  terminating = false;
  readonly cache: WatchCache;
  readonly #surroundings: KindSurroundings;
  #retire = new AbortController();
  #kinds: readonly KindStore[] = [];

  private constructor(name: StorageName, surroundings: KindSurroundings, cache: WatchCache) {
    this.name = name;
    this.#surroundings = surroundings;
    this.cache = cache;
  }

  static async open(name: StorageName, surroundings: KindSurroundings): Promise<CustomStorage> {
    const { store, objects, onDamaged } = surroundings;
    const cache = await WatchCache.open({ store, objects, onDamaged, prefix: keyPrefixOf(name) });
    return new CustomStorage(name, surroundings, cache);
  }

  /** The version that is stored, else the first that is served; undefined when nothing is. */
  get kind(): KindStore | undefined {
    return this.#kinds[0];
  }

  /**
   * The resources to serve from now on, the stored version first; what `serve` returned before is retired: its watches
   * end. Cheap: schemas are compiled when somebody needs them. `fingerprint` tells this state of the definition from others.
   */
  serve(versions: readonly CustomKind[], fingerprint: string): readonly ServedResource[] {
    this.retire();
    this.#retire = new AbortController();
    const storage = versions.find((version) => version.storage)?.definition.version ?? '';
    const schemas = new Map(versions.map(({ definition }) => [definition.version, once(() => compile(definition))]));
    const kinds = versions.map((version) => {
      const { group, version: name } = version.definition;
      const conversion = customConversion(group, name, storage, schemas);
      return { version, kind: this.#kindStore(version, conversion, schemas.get(name) as () => Structural) };
    });
    this.#kinds = kinds.toSorted((a, b) => rank(a.version) - rank(b.version)).map(({ kind }) => kind);
    const served = new Set(kinds.filter(({ version }) => version.served).map(({ kind }) => kind));
    return this.#kinds
      .filter((kind) => served.has(kind))
      .map((kind) => storedResource(kind, `${fingerprint}/${kind.definition.version}`));
  }

  /** Ends the watches of what is served. */
  retire(): void {
    this.#retire.abort();
  }

  /**
   * Deletes every object that nobody has asked to delete yet, each as a user would. Resolves when all is asked for; what has
   * finalizers is still there then. Creates that were let through before `terminating` are on their way to the store
   * after one turn of the event loop, in front of whatever is written later.
   */
  async deleteAll(signal: AbortSignal): Promise<void> {
    await nextTurn();
    await this.cache.reached(undefined, { signal });
    const { kind } = this;
    if (kind === undefined) return;
    const deleter = createDeleter(kind);
    const waiting = this.cache.snapshot().values();
    const options = { dryRun: false, propagationPolicy: undefined, gracePeriodSeconds: undefined };
    const worker = async (): Promise<void> => {
      for (const entry of waiting) {
        const { metadata } = this.cache.object(entry);
        if (metadata.deletionTimestamp !== undefined) continue;
        const call = serverCall('delete', kind.definition, { namespace: entry.namespace, name: entry.name }, signal);
        await deleter.delete(call, entry.name, { ...options, preconditions: { uid: entry.uid } }).catch(unlessGone);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_DELETES }, worker));
  }

  [Symbol.dispose](): void {
    this.retire();
    this.cache[Symbol.dispose]();
  }

  #kindStore(
    { definition }: CustomKind,
    conversion: NonNullable<KindStore['conversion']>,
    schema: () => Structural,
  ): KindStore {
    const { store, origins, namespacePhase, fieldSets, admission } = this.#surroundings;
    return {
      definition,
      strategy: customStrategyOf(definition),
      store,
      cache: this.cache,
      conversion,
      retired: this.#retire.signal,
      terminating: () => this.terminating,
      origins,
      namespacePhase,
      fieldSets,
      admission: this.#refusingCreates(admission),
      get schema() {
        return schema();
      },
    };
  }

  #refusingCreates(chain: AdmissionChain): AdmissionChain {
    const check = (operation: string, name: string | undefined): void => {
      if (!this.terminating || operation !== 'CREATE') return;
      throw forbidden(this.name, name, 'create not allowed while custom resource definition is terminating');
    };
    return {
      mutate(request) {
        check(request.operation, request.object.metadata.name);
        return chain.mutate(request);
      },
      async validate(request) {
        await chain.validate(request);
        check(request.operation, request.object?.metadata.name);
      },
    };
  }
}

const rank = ({ served, storage }: CustomKind): number => (storage ? 0 : served ? 1 : 2);

const compile = ({ schema }: CustomKind['definition']): Structural =>
  compileStructural(schema, { metadata: objectMeta });

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Somebody else deleted it, or made another of that name: that one is looked at next. */
function unlessGone(error: unknown): void {
  const { code } = error instanceof StatusError ? error.status : {};
  if (code !== 404 && code !== 409) throw error;
}
