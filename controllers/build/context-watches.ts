import type { BuildContexts, DigestOptions } from '../../runtime/ports/build-contexts.ts';
import type { Key } from '../engine/contract.ts';
import { Waker } from '../engine/waker.ts';

/** A directory, or a file. */
export interface WatchedPath {
  readonly path: string;
  /** What the looks at it have. */
  readonly options: DigestOptions;
}

/** Watches of context directories, for as long as an object says so. */
export class ContextWatches {
  readonly #watches = new Map<Key, Map<string, Disposable>>();
  readonly #contexts: BuildContexts;
  readonly #onChange: (key: Key) => void;

  /** `onChange` is told before the object is woken. */
  constructor(contexts: BuildContexts, onChange: (key: Key) => void) {
    this.#contexts = contexts;
    this.#onChange = onChange;
  }

  readonly source = new Waker(() => {
    for (const key of this.#watches.keys()) this.keep(key, []);
  });

  /** Just these are watched for the object from now on. */
  keep(key: Key, watched: readonly WatchedPath[]): void {
    const held = this.#watches.get(key) ?? new Map<string, Disposable>();
    const wanted = new Map(watched.map((one) => [JSON.stringify([one.path, one.options]), one]));
    for (const [name, watch] of held) {
      if (wanted.has(name)) continue;
      held.delete(name);
      watch[Symbol.dispose]();
    }
    const onChange = (): void => {
      this.#onChange(key);
      this.source.wake(key);
    };
    for (const [name, { path, options }] of wanted) {
      if (!held.has(name)) held.set(name, this.#contexts.watch(path, onChange, options));
    }
    if (held.size === 0) this.#watches.delete(key);
    else this.#watches.set(key, held);
  }
}
