/** A map that holds the most recently used entries, at most `capacity` of them. */
export class Recent<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry, which counts as used now; `make` makes a missing one. */
  use(key: K, make: () => V): V {
    const present = this.#entries.get(key);
    const value = present === undefined ? make() : present;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return value;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }
}
