import type { KindRef, KubeObject } from '../../schemas/object.ts';
import { keyOf, parseKey, type Key } from './keys.ts';
import type { ObjectChange, ObjectListener, ObjectView } from './object-view.ts';
import { inSlices } from './slices.ts';

export interface ReaderQuery {
  readonly namespace?: string;
  /** Name of an index declared for the kind, with the value looked for. */
  readonly index?: { readonly name: string; readonly value: string };
  readonly labels?: Readonly<Record<string, string>>;
}

/** Values under which an object is found. */
export type IndexFunction = (object: KubeObject) => readonly string[];

/** The values under which each object stands, and the objects under each value. */
interface Index {
  /** The object is decoded only for indexes that need it. */
  readonly values: (key: Key, object: () => KubeObject | undefined) => readonly string[];
  readonly keysByValue: Map<string, Set<Key>>;
  readonly valuesByKey: Map<Key, readonly string[]>;
}

const byNamespace: Index['values'] = (key) => [parseKey(key).namespace ?? ''];
const byLabel: Index['values'] = (_key, object) =>
  Object.entries(object()?.metadata.labels ?? {}).map(([name, value]) => `${name}=${value}`);

/** Names of the indexes that are built when they are first asked for; the slash in front keeps them apart. */
const NAMESPACE = '/namespace';
const LABEL = '/label';

/**
 * One kind's objects with indexes, shared by all controllers. It holds keys only: the objects stand in the view beneath.
 * All reads are synchronous and give frozen objects.
 */
export class Informer implements Disposable {
  readonly kind: KindRef;
  readonly #view: ObjectView;
  readonly #indexes = new Map<string, Index>();
  readonly #listeners = new Set<ObjectListener>();
  readonly #subscription: Disposable;
  readonly #onError: (error: unknown, message: string) => void;

  constructor(kind: KindRef, view: ObjectView, onError: (error: unknown, message: string) => void) {
    this.kind = kind;
    this.#view = view;
    this.#onError = onError;
    this.#subscription = view.subscribe((change) => this.#changed(change));
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#listeners.clear();
    this.#indexes.clear();
  }

  get(key: Key): KubeObject | undefined {
    return this.#view.get(key);
  }

  keys(): Iterable<Key> {
    return this.#view.keys();
  }

  /** Objects that meet every part of the query. Throws when the index was never added. */
  list(query: ReaderQuery = {}): readonly KubeObject[] {
    const found: KubeObject[] = [];
    for (const key of this.#candidates(query)) {
      const object = this.#view.get(key);
      if (object && matches(object, query)) found.push(object);
    }
    return found;
  }

  /** Keys under one value of an index, without touching the objects. */
  keysOf(index: string, value: string): readonly Key[] {
    return [...(this.#index(index).keysByValue.get(value) ?? [])];
  }

  /** Listeners hear of a change after all indexes show it. A listener that throws is logged and harms nobody else. */
  subscribe(listener: ObjectListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /**
   * Adds an index, or keeps the one of that name. Resolves when it holds all objects; in slices, because each object
   * may have to be decoded for it.
   */
  async addIndex(name: string, values: IndexFunction, signal: AbortSignal): Promise<void> {
    if (this.#indexes.has(name)) return;
    const index = this.#newIndex(name, (_key, object) => {
      const present = object();
      return present ? values(present) : [];
    });
    await inSlices(this.#view.keys(), (key) => this.#place(index, key), signal);
  }

  #index(name: string): Index {
    const index = this.#indexes.get(name);
    if (!index)
      throw new Error(`kind ${this.kind.kind} has no index "${name}": declare it in the controller's indexes`);
    return index;
  }

  /** The smallest set that must hold all objects of the query: declared index, else label, else namespace, else all. */
  #candidates(query: ReaderQuery): Iterable<Key> {
    if (query.index) return this.keysOf(query.index.name, query.index.value);
    const label = Object.entries(query.labels ?? {})[0];
    if (label) {
      this.#build(LABEL, byLabel);
      return this.keysOf(LABEL, `${label[0]}=${label[1]}`);
    }
    if (query.namespace !== undefined) {
      this.#build(NAMESPACE, byNamespace);
      return this.keysOf(NAMESPACE, query.namespace);
    }
    return this.#view.keys();
  }

  #newIndex(name: string, values: Index['values']): Index {
    const index: Index = { values, keysByValue: new Map(), valuesByKey: new Map() };
    this.#indexes.set(name, index);
    return index;
  }

  #build(name: string, values: Index['values']): void {
    if (this.#indexes.has(name)) return;
    const index = this.#newIndex(name, values);
    for (const key of this.#view.keys()) this.#place(index, key);
  }

  #changed(change: ObjectChange): void {
    const key = keyOf(change.object);
    for (const index of this.#indexes.values()) {
      if (change.type === 'DELETED') this.#unplace(index, key);
      else this.#place(index, key, change.object);
    }
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#onError(error, 'a listener failed on a change');
      }
    }
  }

  #place(index: Index, key: Key, object?: KubeObject): void {
    const before = index.valuesByKey.get(key);
    const after = this.#valuesOf(index, key, () => object ?? this.#view.get(key));
    if (before && before.length === after.length && before.every((value, at) => value === after[at])) return;
    this.#unplace(index, key);
    if (after.length === 0) return;
    index.valuesByKey.set(key, after);
    for (const value of after) {
      const keys = index.keysByValue.get(value);
      if (keys) keys.add(key);
      else index.keysByValue.set(value, new Set([key]));
    }
  }

  #unplace(index: Index, key: Key): void {
    for (const value of index.valuesByKey.get(key) ?? []) {
      const keys = index.keysByValue.get(value);
      keys?.delete(key);
      if (keys?.size === 0) index.keysByValue.delete(value);
    }
    index.valuesByKey.delete(key);
  }

  #valuesOf(index: Index, key: Key, object: () => KubeObject | undefined): readonly string[] {
    try {
      return index.values(key, object);
    } catch (error) {
      this.#onError(error, 'an index function failed');
      return [];
    }
  }
}

/** Whether an object meets namespace and labels of a query. */
export function matches(object: KubeObject, query: ReaderQuery): boolean {
  if (query.namespace !== undefined && (object.metadata.namespace ?? '') !== query.namespace) return false;
  const labels = object.metadata.labels ?? {};
  return Object.entries(query.labels ?? {}).every(([name, value]) => labels[name] === value);
}
