import { deepFreeze } from './freeze.ts';
import { decodeObject } from './stored-object.ts';
import type { CacheEntry } from './entry.ts';
import type { KubeObject } from '../../schemas/object.ts';

/** A decoded object takes about one and a half times its JSON. */
const BYTES_PER_BYTE = 2.5;

/**
 * Decoded, frozen objects of recently used entries, least recently used first, bounded by estimated bytes. One may be shared
 * by all caches of a process.
 */
export class DecodedObjects {
  readonly #limit: number;
  readonly #objects = new Map<CacheEntry, KubeObject>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Estimated bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The entry's object with its resourceVersion, frozen; the same one for as long as it is kept. */
  get(entry: CacheEntry): KubeObject {
    const known = this.#objects.get(entry);
    if (known) {
      this.#objects.delete(entry);
      this.#objects.set(entry, known);
      return known;
    }
    return this.add(entry, decodeObject(entry.value, entry.revision));
  }

  /** The entry's object if it is kept; it is not made, and counts as not used. */
  peek(entry: CacheEntry): KubeObject | undefined {
    return this.#objects.get(entry);
  }

  /** Takes over an object that was just decoded from the entry's value: it is frozen from now on. */
  add(entry: CacheEntry, object: KubeObject): KubeObject {
    deepFreeze(object);
    this.delete(entry);
    this.#objects.set(entry, object);
    this.#bytes += costOf(entry);
    for (const oldest of this.#objects.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.delete(oldest);
    }
    return object;
  }

  delete(entry: CacheEntry): void {
    if (this.#objects.delete(entry)) this.#bytes -= costOf(entry);
  }
}

function costOf(entry: CacheEntry): number {
  return entry.value.length * BYTES_PER_BYTE;
}
