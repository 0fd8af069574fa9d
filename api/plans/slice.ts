import { setImmediate } from 'node:timers/promises';

/** A third of what one piece of work may hold the event loop for: others run in the same turn. */
const SLICE_MS = 3;

/** Work on a question leaves the event loop to others: ask for a turn before each piece of it. */
export class Slice {
  readonly #signal: AbortSignal;
  #started = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Resolves at once, or after the event loop had a turn; rejects when nobody waits for the answer any more. */
  async turn(): Promise<void> {
    if (performance.now() - this.#started <= SLICE_MS) return;
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#started = performance.now();
  }
}
