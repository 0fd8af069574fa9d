import type { CacheChange } from './events.ts';
import type { Revision } from '../store/store.ts';

export interface WindowLimits {
  readonly changes: number;
  /** Bytes of the values that only the window holds: those that were replaced. */
  readonly bytes: number;
}

/** The newest changes, oldest first, for watches that start a little in the past. */
export class ChangeWindow {
  readonly #limits: WindowLimits;
  #changes: CacheChange[] = [];
  #bytes = 0;
  #start: Revision;
  #holds = 0;

  constructor(limits: WindowLimits, start: Revision) {
    this.#limits = limits;
    this.#start = start;
  }

  /** Every change with a revision above this is in the window. */
  get start(): Revision {
    return this.#start;
  }

  append(change: CacheChange): void {
    this.#changes.push(change);
    this.#bytes += costOf(change);
    this.#trim();
  }

  /** Puts older changes in front; they follow `start` and reach to the window's own start without a gap. */
  prepend(changes: readonly CacheChange[], start: Revision): void {
    this.#changes = [...changes, ...this.#changes];
    for (const change of changes) this.#bytes += costOf(change);
    this.#start = start;
  }

  /** Nothing is forgotten until the hold is disposed. */
  hold(): Disposable {
    this.#holds++;
    return { [Symbol.dispose]: () => void this.#holds-- };
  }

  /** All changes above `after`, which is not below `start`. */
  since(after: Revision): readonly CacheChange[] {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.revision <= after) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }

  /** In steps of a quarter, so that moving the rest up stays cheap. */
  #trim(): void {
    const { changes, bytes } = this.#limits;
    if (this.#holds > 0 || (this.#changes.length <= changes && this.#bytes <= bytes)) return;
    let count = 0;
    while (
      count < this.#changes.length &&
      (this.#changes.length - count > changes * 0.75 || this.#bytes > bytes * 0.75)
    )
      this.#bytes -= costOf(this.#changes[count++]!);
    this.#start = this.#changes[count - 1]!.revision;
    this.#changes.splice(0, count);
  }
}

function costOf({ previous }: CacheChange): number {
  return previous ? previous.value.length : 0;
}
