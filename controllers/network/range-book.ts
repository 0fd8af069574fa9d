import { lastAddress, masked, type Cidr, type Family } from '../../schemas/values/addresses.ts';

/** Ranges of addresses that have no address in common, with whose they are; one is found in a few steps, however many there are. */
export class RangeBook<Holder> {
  /** By first address. */
  readonly #entries: Record<Family, Entry<Holder>[]> = { 4: [], 6: [] };

  /** Of ranges that overlap the widest stays, of equal ones the first. */
  static of<Holder>(ranges: Iterable<readonly [Cidr, Holder]>): RangeBook<Holder> {
    const book = new RangeBook<Holder>();
    const sorted = [...ranges]
      .map(([range, holder]) => entryOf(range, holder))
      .sort((a, b) => (a.first === b.first ? a.range.length - b.range.length : a.first < b.first ? -1 : 1));
    for (const entry of sorted) {
      const entries = book.#entries[entry.range.family];
      const before = entries.at(-1);
      if (before === undefined || before.last < entry.first) entries.push(entry);
    }
    return book;
  }

  /** Holders of what overlaps this range. */
  overlapping(range: Cidr): readonly Holder[] {
    const entries = this.#entries[range.family];
    const { first, last } = entryOf(range, undefined);
    const holders: Holder[] = [];
    for (let index = lowerBound(entries, first); index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined || entry.first > last) break;
      holders.push(entry.holder);
    }
    return holders;
  }

  /** False, and nothing changes, when it overlaps another range. */
  add(range: Cidr, holder: Holder): boolean {
    if (this.overlapping(range).length > 0) return false;
    const entries = this.#entries[range.family];
    const entry = entryOf(range, holder);
    entries.splice(lowerBound(entries, entry.first), 0, entry);
    return true;
  }

  /** This very range, where `isTheirs` says so of its holder. */
  delete(range: Cidr, isTheirs: (holder: Holder) => boolean): void {
    const entries = this.#entries[range.family];
    const index = lowerBound(entries, masked(range).bits);
    const entry = entries[index];
    if (entry?.range.length === range.length && entry.first === masked(range).bits && isTheirs(entry.holder)) {
      entries.splice(index, 1);
    }
  }

  *[Symbol.iterator](): Iterator<readonly [Cidr, Holder]> {
    for (const { range, holder } of [...this.#entries[4], ...this.#entries[6]]) yield [range, holder];
  }
}

interface Entry<Holder> {
  readonly range: Cidr;
  readonly first: bigint;
  readonly last: bigint;
  readonly holder: Holder;
}

const entryOf = <Holder>(range: Cidr, holder: Holder): Entry<Holder> => ({
  range,
  first: masked(range).bits,
  last: lastAddress(range).bits,
  holder,
});

/** Index of the first entry that ends at this address or behind it. */
function lowerBound(entries: readonly Entry<unknown>[], address: bigint): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && entry.last < address) low = middle + 1;
    else high = middle;
  }
  return low;
}
