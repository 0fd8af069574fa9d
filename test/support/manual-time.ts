import type { Clock, Timers } from '../../controllers/engine/environment.ts';

interface Waiting {
  readonly due: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Clock and timers that stand still until `pass` lets time go by. */
export class ManualTime implements Clock, Timers {
  readonly #waiting = new Set<Waiting>();
  #now: number;
  #order = 0;

  constructor(start = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#waiting.size;
  }

  after(delayMs: number, wake: () => void): Disposable {
    const waiting = { due: this.#now + delayMs, order: (this.#order += 1), wake };
    this.#waiting.add(waiting);
    return { [Symbol.dispose]: () => this.#waiting.delete(waiting) };
  }

  /** Fires the timers of the next `ms` milliseconds in order; between two, everything else gets a turn. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turns();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.wake();
      await turns();
    }
    this.#now = end;
  }

  #next(end: number): Waiting | undefined {
    return [...this.#waiting].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due || a.order - b.order)[0];
  }
}

/** A few turns of the event loop, so that what is ready runs. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
