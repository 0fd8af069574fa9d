import type { Clock, Timers } from './environment.ts';
import type { Key } from './keys.ts';

interface Entry {
  readonly key: Key;
  readonly due: number;
}

/** Below this size, outdated entries are not worth a clean-up. */
const SMALL = 64;

/**
 * Keys that come due later, on one timer. A key has one time: the earliest asked for wins. A binary heap; entries whose key has
 * another time by now are skipped when they come up, and cleaned out when they are the majority.
 */
export class Delays implements Disposable {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #onDue: (key: Key) => void;
  readonly #dueOf = new Map<Key, number>();
  #heap: Entry[] = [];
  #timer: Disposable | undefined;
  #armedFor = Infinity;

  constructor(clock: Clock, timers: Timers, onDue: (key: Key) => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#dueOf.size;
  }

  schedule(key: Key, delayMs: number): void {
    const due = this.#clock.now() + delayMs;
    const present = this.#dueOf.get(key);
    if (present !== undefined && present <= due) return;
    this.#dueOf.set(key, due);
    this.#push({ key, due });
    this.#arm();
  }

  cancel(key: Key): void {
    this.#dueOf.delete(key);
    if (this.#dueOf.size === 0) this[Symbol.dispose]();
  }

  /** Forgets all and stops the timer; can be used again. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#armedFor = Infinity;
    this.#dueOf.clear();
    this.#heap = [];
  }

  #fire(): void {
    this.#timer = undefined;
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    for (let first = this.#first(); first && first.due <= now; first = this.#first()) {
      this.#pop();
      this.#dueOf.delete(first.key);
      this.#onDue(first.key);
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#first();
    if (!first || first.due >= this.#armedFor) return;
    this.#timer?.[Symbol.dispose]();
    this.#armedFor = first.due;
    this.#timer = this.#timers.after(Math.max(first.due - this.#clock.now(), 0), () => this.#fire());
  }

  /** The earliest entry that still holds. */
  #first(): Entry | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (!first || this.#dueOf.get(first.key) === first.due) return first;
      this.#pop();
    }
  }

  #push(entry: Entry): void {
    if (this.#heap.length > SMALL && this.#heap.length > 2 * this.#dueOf.size) this.#rebuild();
    this.#heap.push(entry);
    let at = this.#heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#dueAt(parent) <= entry.due) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const smaller = this.#dueAt(left + 1) < this.#dueAt(left) ? left + 1 : left;
      if (this.#dueAt(smaller) >= last.due) return;
      this.#swap(at, smaller);
      at = smaller;
    }
  }

  /** A sorted array is a heap. */
  #rebuild(): void {
    this.#heap = [...this.#dueOf].map(([key, due]) => ({ key, due })).sort((a, b) => a.due - b.due);
  }

  #dueAt(index: number): number {
    return this.#heap[index]?.due ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (!first || !second) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
