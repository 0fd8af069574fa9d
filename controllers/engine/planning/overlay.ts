import type { KindRef, KubeObject, ObjectRef } from '../../../schemas/object.ts';
import type { AnyController, Reader, ReaderQuery } from '../contract.ts';
import { matches, type IndexFunction } from '../informer.ts';
import { keyOf, kindKey, objectKey, type Key } from '../keys.ts';
import { inSlices } from '../slices.ts';

/** An object of a question: as it is, and as it would be. `after` is absent where it would be deleted. */
export interface Changed {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** Changed objects of one kind, by key. */
type ChangedKind = ReadonlyMap<Key, KubeObject | undefined>;

/**
 * The objects of a question laid over those that there are: replaced, added, or taken away. Nothing of what lies beneath is copied; reads
 * stay synchronous and see what their controller declared, with its own indexes.
 */
export class Overlay {
  readonly #kinds = new Map<string, Map<Key, KubeObject | undefined>>();
  /** By controller, kind and index: the changed objects under each value. */
  readonly #indexes = new Map<string, Map<string, KubeObject[]>>();

  /** All are added before the first index is prepared. */
  add({ before, after }: Changed): void {
    const object = after ?? before;
    if (object === undefined) return;
    const key = kindKey(object);
    const kind = this.#kinds.get(key) ?? new Map<Key, KubeObject | undefined>();
    this.#kinds.set(key, kind.set(keyOf(object), after));
  }

  /** Prepares the indexes of a controller; must have ended before its reader is used. */
  async index(controller: AnyController, signal: AbortSignal): Promise<void> {
    const { name, kind, indexes, watches = [] } = controller;
    for (const declared of [{ kind, indexes }, ...watches]) {
      const changed = this.#kinds.get(kindKey(declared.kind));
      for (const [index, values] of changed === undefined ? [] : Object.entries(declared.indexes ?? {})) {
        await this.#fill(indexKey(name, declared.kind, index), changed, values as IndexFunction, signal);
      }
    }
  }

  /** An object of any kind, where `there` is the one that is there. */
  find(ref: ObjectRef, there: KubeObject | undefined): KubeObject | undefined {
    const changed = this.#kinds.get(kindKey(ref));
    const key = objectKey(ref.namespace, ref.name);
    return changed?.has(key) ? changed.get(key) : there;
  }

  /** What a controller reads, where `base` is what it reads of the objects that there are. */
  reader(controller: string, base: Reader): Reader {
    return {
      get: <T extends KubeObject>(kind: KindRef, namespace: string | undefined, name: string) => {
        const found = base.get<T>(kind, namespace, name);
        const changed = this.#kinds.get(kindKey(kind));
        const key = objectKey(namespace, name);
        return changed?.has(key) ? (changed.get(key) as T | undefined) : found;
      },
      list: <T extends KubeObject>(kind: KindRef, query: ReaderQuery = {}) => {
        const found = base.list<T>(kind, query);
        const changed = this.#kinds.get(kindKey(kind));
        if (changed === undefined) return found;
        const kept = found.filter((object) => !changed.has(keyOf(object)));
        return [...kept, ...(this.#candidates(controller, kind, changed, query) as T[])];
      },
    };
  }

  #candidates(controller: string, kind: KindRef, changed: ChangedKind, query: ReaderQuery): readonly KubeObject[] {
    const { index } = query;
    const all =
      index === undefined
        ? [...changed.values()].filter((object) => object !== undefined)
        : (this.#indexes.get(indexKey(controller, kind, index.name))?.get(index.value) ?? []);
    return all.filter((object) => matches(object, query));
  }

  async #fill(
    name: string,
    changed: ChangedKind | undefined,
    values: IndexFunction,
    signal: AbortSignal,
  ): Promise<void> {
    const index = new Map<string, KubeObject[]>();
    const place = (object: KubeObject | undefined): void => {
      for (const value of new Set(object === undefined ? [] : valuesOf(values, object))) {
        const there = index.get(value);
        if (there === undefined) index.set(value, [object as KubeObject]);
        else there.push(object as KubeObject);
      }
    };
    await inSlices(changed?.values() ?? [], place, signal);
    this.#indexes.set(name, index);
  }
}

const indexKey = (controller: string, kind: KindRef, index: string): string =>
  `${controller} ${kindKey(kind)} ${index}`;

/** As in the informer: an object of which an index function can make nothing is in no index. */
function valuesOf(values: IndexFunction, object: KubeObject): readonly string[] {
  try {
    return values(object);
  } catch {
    return [];
  }
}
