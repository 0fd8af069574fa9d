import { setImmediate } from 'node:timers/promises';

/** Milliseconds. Others wait no longer than this for the event loop, and a walk of many files still costs few turns. */
const sliceMs = 4;

/** Long work on the event loop, cut into slices between which everything else has its turn. */
export class Slices {
  #end = performance.now() + sliceMs;

  /** Whether the slice is used up: `turn` next. */
  get over(): boolean {
    return performance.now() >= this.#end;
  }

  async turn(): Promise<void> {
    await setImmediate();
    this.#end = performance.now() + sliceMs;
  }
}
