/** Values by the text that something must begin or end with: thousands of them cost no more than the number of their distinct lengths. */
export class Affixes<T> {
  readonly #end: 'start' | 'end';
  readonly #values = new Map<string, T[]>();
  #lengths: readonly number[] = [];

  constructor(end: 'start' | 'end') {
    this.#end = end;
  }

  add(affix: string, value: T): void {
    const values = this.#values.get(affix);
    if (values !== undefined) {
      values.push(value);
      return;
    }
    this.#values.set(affix, [value]);
    if (!this.#lengths.includes(affix.length)) {
      this.#lengths = [...this.#lengths, affix.length].sort((one, other) => one - other);
    }
  }

  /** The one value of an affix, made when it is not there. */
  ensure(affix: string, make: () => T): T {
    const there = this.#values.get(affix)?.[0];
    if (there !== undefined) return there;
    const made = make();
    this.add(affix, made);
    return made;
  }

  /** Of all affixes that `text` has, the short ones first. */
  find(text: string): readonly T[] {
    let found: readonly T[] = [];
    for (const length of this.#lengths) {
      if (length > text.length) break;
      const affix = this.#end === 'start' ? text.slice(0, length) : text.slice(text.length - length);
      const values = this.#values.get(affix);
      if (values !== undefined) found = found.length === 0 ? values : [...found, ...values];
    }
    return found;
  }
}
