import { describeEntry } from './entry.ts';
import type { CacheEntry, SelectableFields } from './entry.ts';
import { parseObjectKey } from './object-key.ts';
import { decodeObject, decodeSummary } from './stored-object.ts';
import type { StoreEntry } from '../store/store.ts';
import type { KubeObject } from '../../schemas/object.ts';

/** Turns what the store holds into entries. One damaged value must not take its whole resource away: it is told and left out. */
export class EntryReader {
  readonly prefix: string;
  readonly #selectableFields: SelectableFields | undefined;
  readonly #onDamaged: ((key: string, error: unknown) => void) | undefined;

  constructor(
    prefix: string,
    selectableFields: SelectableFields | undefined,
    onDamaged: ((key: string, error: unknown) => void) | undefined,
  ) {
    this.prefix = prefix;
    this.#selectableFields = selectableFields;
    this.#onDamaged = onDamaged;
  }

  /** The entry and the object it was read from, which is nobody else's yet. */
  read(stored: StoreEntry): { readonly entry: CacheEntry; readonly object: KubeObject } | undefined {
    return this.#read(stored, decodeObject);
  }

  /** The entry alone, in half of the time. */
  readEntry(stored: StoreEntry): CacheEntry | undefined {
    return this.#read(stored, decodeSummary)?.entry;
  }

  #read(
    stored: StoreEntry,
    decode: typeof decodeObject,
  ): { readonly entry: CacheEntry; readonly object: KubeObject } | undefined {
    const { key, value, createRevision, modRevision: revision } = stored;
    try {
      const object = decode(value, revision);
      const place = parseObjectKey(this.prefix, key);
      return {
        entry: describeEntry({ key, value, revision, createRevision }, place, object, this.#selectableFields),
        object,
      };
    } catch (error) {
      this.#onDamaged?.(key, error);
      return undefined;
    }
  }
}
