import type { BuildContexts } from '../../runtime/ports/build-contexts.ts';
import type { EventSource, Key } from '../engine/contract.ts';

/** Watches of context directories, for as long as an object says so. */
export class ContextWatches {
  readonly #watches = new Map<Key, Map<string, Disposable>>();
  readonly #contexts: BuildContexts;
  readonly #onChange: (key: Key) => void;
  #enqueue: (key: Key) => void = () => undefined;

  /** `onChange` is told before the object is woken. */
  constructor(contexts: BuildContexts, onChange: (key: Key) => void) {
    this.#contexts = contexts;
    this.#onChange = onChange;
  }

  readonly source: EventSource = {
    start: (enqueue) => {
      this.#enqueue = enqueue;
      return {
        [Symbol.dispose]: () => {
          this.#enqueue = () => undefined;
          for (const key of this.#watches.keys()) this.keep(key, []);
        },
      };
    },
  };

  /** Just these directories are watched for the object from now on. */
  keep(key: Key, directories: readonly string[]): void {
    const held = this.#watches.get(key) ?? new Map<string, Disposable>();
    for (const [path, watch] of held) {
      if (directories.includes(path)) continue;
      held.delete(path);
      watch[Symbol.dispose]();
    }
    for (const path of directories) {
      if (held.has(path)) continue;
      held.set(
        path,
        this.#contexts.watch(path, () => {
          this.#onChange(key);
          this.#enqueue(key);
        }),
      );
    }
    if (held.size === 0) this.#watches.delete(key);
    else this.#watches.set(key, held);
  }
}
