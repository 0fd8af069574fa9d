import type { WatchEvent } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { compareVersions, keyOf, type Key } from './keys.ts';
import type { ObjectChange, ObjectListener, ObjectView } from './object-view.ts';

/**
 * A copy of one kind's collection, kept by list and watch (reflect.ts), with one thing more: writes that this process made
 * itself are shown at once (`observe`), though the watch has not told of them yet. So a controller never acts on a state
 * older than its own last write, however far the watch lags.
 */
export class Mirror implements ObjectView {
  readonly #objects = new Map<Key, KubeObject>();
  readonly #listeners = new Set<ObjectListener>();
  #version = '0';

  /** Every change up to this version of the collection has been seen. */
  get version(): string {
    return this.#version;
  }

  keys(): Iterable<Key> {
    return this.#objects.keys();
  }

  get(key: Key): KubeObject | undefined {
    return this.#objects.get(key);
  }

  subscribe(listener: ObjectListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /**
   * The whole collection as a list at `version` showed it. Own writes newer than the list stay. A list that is older than
   * what was seen already means that the store was put back in time (a restored backup): then the list alone is right.
   */
  replace(objects: readonly KubeObject[], version: string): void {
    const wentBack = compareVersions(version, this.#version) < 0;
    const listed = new Set<Key>();
    for (const object of objects) {
      const key = keyOf(object);
      listed.add(key);
      const present = this.#objects.get(key);
      if (!present || wentBack || isNewer(object, present)) this.#put(key, object);
    }
    for (const [key, object] of this.#objects) {
      const ownWrite = compareVersions(object.metadata.resourceVersion, version) > 0;
      if (!listed.has(key) && (wentBack || !ownWrite)) this.#remove(key, object);
    }
    this.#version = version;
  }

  /** What the watch told. */
  apply(event: WatchEvent<KubeObject>): void {
    if (event.type === 'BOOKMARK') {
      this.#reached(event.resourceVersion);
      return;
    }
    const { object } = event;
    const key = keyOf(object);
    const present = this.#objects.get(key);
    this.#reached(object.metadata.resourceVersion);
    if (event.type === 'DELETED') {
      if (present && !isNewer(present, object)) this.#remove(key, object);
    } else if (!present || isNewer(object, present)) {
      this.#put(key, object);
    }
  }

  /**
   * The answer to a write of our own. Ignored when the watch is past it: then it is known, or already deleted again.
   */
  observe(object: KubeObject): void {
    if (compareVersions(object.metadata.resourceVersion, this.#version) <= 0) return;
    const key = keyOf(object);
    const present = this.#objects.get(key);
    if (!present || isNewer(object, present)) this.#put(key, object);
  }

  #reached(version: string): void {
    if (compareVersions(version, this.#version) > 0) this.#version = version;
  }

  #put(key: Key, object: KubeObject): void {
    const previous = this.#objects.get(key);
    if (previous && previous.metadata.uid !== object.metadata.uid) this.#remove(key, previous);
    this.#objects.set(key, object);
    if (previous?.metadata.uid === object.metadata.uid) this.#tell({ type: 'MODIFIED', object, previous });
    else this.#tell({ type: 'ADDED', object });
  }

  #remove(key: Key, object: KubeObject): void {
    const previous = this.#objects.get(key);
    this.#objects.delete(key);
    this.#tell({ type: 'DELETED', object, previous });
  }

  #tell(change: ObjectChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const isNewer = (a: KubeObject, b: KubeObject): boolean =>
  compareVersions(a.metadata.resourceVersion, b.metadata.resourceVersion) > 0;
