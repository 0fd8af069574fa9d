import type { EventSource, Key } from './contract.ts';

/**
 * The event source of work that goes on beside a reconciler: whoever does it wakes the object when there is something to see. Before the source is
 * started, and after its end, nobody is woken.
 */
export class Waker implements EventSource {
  #enqueue: (key: Key) => void = () => undefined;
  readonly #end: () => void;

  /** `end`: ends the work, when the source is disposed. */
  constructor(end: () => void = () => undefined) {
    this.#end = end;
  }

  start(enqueue: (key: Key) => void): Disposable {
    this.#enqueue = enqueue;
    return {
      [Symbol.dispose]: () => {
        this.#enqueue = () => undefined;
        this.#end();
      },
    };
  }

  wake(key: Key): void {
    this.#enqueue(key);
  }
}
