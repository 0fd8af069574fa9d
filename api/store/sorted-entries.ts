import { compareKeys, hasWideUnits } from './keys.ts';

/** A chunk splits in two when it grows beyond this; small enough that an insertion moves little. */
const CHUNK_LIMIT = 512;

export interface EntryRange<V> {
  readonly entries: V[];
  /** How many of the prefix follow the last entry. */
  readonly remaining: number;
}

/**
 * Entries in bytewise order of their keys: a list of sorted chunks. Look-ups, insertions and removals cost a binary search
 * and a short move; ranges are copied chunk by chunk. Holds nothing but the entries: their keys are read from them.
 */
export class SortedEntries<V extends { readonly key: string }> {
  readonly #chunks: V[][] = [];
  #size = 0;
  /** Set once a key needs the slow comparison (see keys.ts). */
  #wide = false;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const [chunk, index] = this.#locate(key);
    const found = this.#chunks[chunk]?.[index];
    return found?.key === key ? found : undefined;
  }

  /** Adds the entry, or replaces the one with its key, which is returned. */
  set(entry: V): V | undefined {
    if (!this.#wide && hasWideUnits(entry.key)) this.#wide = true;
    const [chunkIndex, index] = this.#locate(entry.key);
    const chunk = this.#chunks[chunkIndex];
    const found = chunk?.[index];
    if (chunk && found?.key === entry.key) {
      chunk[index] = entry;
      return found;
    }
    this.#size++;
    this.#insert(chunkIndex, index, entry);
    return undefined;
  }

  delete(key: string): V | undefined {
    const [chunkIndex, index] = this.#locate(key);
    const chunk = this.#chunks[chunkIndex];
    const found = chunk?.[index];
    if (!chunk || found?.key !== key) return undefined;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(chunkIndex, 1);
    this.#size--;
    return found;
  }

  /** Entries whose keys begin with `prefix`, behind the key `after`, at most `limit` of them. */
  range(prefix: string, after?: string, limit = Infinity): EntryRange<V> {
    const start =
      after !== undefined && !this.#before(after, prefix)
        ? this.#search((key) => !this.#before(after, key))
        : this.#locate(prefix);
    const end = this.#search((key) => this.#before(key, prefix) || key.startsWith(prefix));
    const total = this.#distance(start, end);
    const entries = this.#copy(start, Math.min(total, limit));
    return { entries, remaining: total - entries.length };
  }

  #before(a: string, b: string): boolean {
    return this.#wide ? compareKeys(a, b) < 0 : a < b;
  }

  /** Position of the first entry whose key is not before `key`. */
  #locate(key: string): [chunk: number, index: number] {
    return this.#search((other) => this.#before(other, key));
  }

  /** Position of the first entry for which `isBefore`, true up to some key and false from then on, is false. */
  #search(isBefore: (key: string) => boolean): [chunk: number, index: number] {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(chunks[middle]!.at(-1)!.key)) low = middle + 1;
      else high = middle;
    }
    const chunk = chunks[low];
    if (!chunk) return [low, 0];
    let first = 0;
    let last = chunk.length;
    while (first < last) {
      const middle = (first + last) >>> 1;
      if (isBefore(chunk[middle]!.key)) first = middle + 1;
      else last = middle;
    }
    return [low, first];
  }

  #insert(chunkIndex: number, index: number, entry: V): void {
    // A key behind all others goes to the end of the last chunk.
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[chunkIndex] ?? this.#chunks[last];
    if (!chunk) {
      this.#chunks.push([entry]);
      return;
    }
    const at = chunkIndex > last ? chunk.length : index;
    chunk.splice(at, 0, entry);
    if (chunk.length <= CHUNK_LIMIT) return;
    // Ascending insertions leave full chunks behind instead of half-empty ones.
    const cut = at === chunk.length - 1 ? CHUNK_LIMIT : chunk.length >>> 1;
    this.#chunks.splice(Math.min(chunkIndex, last) + 1, 0, chunk.splice(cut));
  }

  #distance(start: [number, number], end: [number, number]): number {
    if (start[0] > end[0]) return 0;
    let count = end[1] - start[1];
    for (let chunk = start[0]; chunk < end[0]; chunk++) count += this.#chunks[chunk]!.length;
    return Math.max(0, count);
  }

  #copy(start: [number, number], count: number): V[] {
    const entries: V[] = [];
    let [chunk, index] = start;
    while (entries.length < count) {
      const source = this.#chunks[chunk]!;
      const take = Math.min(source.length - index, count - entries.length);
      for (let offset = 0; offset < take; offset++) entries.push(source[index + offset]!);
      chunk++;
      index = 0;
    }
    return entries;
  }
}
