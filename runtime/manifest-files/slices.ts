import { setImmediate } from 'node:timers/promises';
import { RuntimeError } from '../errors.ts';

/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 4;

/** Long work on the event loop, cut into slices. */
export class Slices {
  readonly #what: string;
  readonly #signal: AbortSignal | undefined;
  #end = performance.now() + SLICE_MS;

  /** `what`: for the error of what was called off. */
  constructor(what: string, signal: AbortSignal | undefined) {
    this.#what = what;
    this.#signal = signal;
    this.throwIfAborted();
  }

  get signal(): AbortSignal | undefined {
    return this.#signal;
  }

  /** Whether others should have their turn: `turn` next. A promise only then, as promises cost more than a look at a file. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Rejects with Cancelled. */
  async turn(): Promise<void> {
    await setImmediate();
    this.throwIfAborted();
    this.#end = performance.now() + SLICE_MS;
  }

  throwIfAborted(): void {
    if (this.#signal?.aborted !== true) return;
    throw new RuntimeError('Cancelled', `${this.#what} was called off`, { cause: this.#signal.reason });
  }
}
