/** What files of contexts held when somebody looked last, so that nobody reads them again while they are the same. */
import type { Stamp } from './hash-file.ts';

export interface Known extends Stamp {
  readonly hash: string;
}

/** By path in the context. */
export type KnownFiles = ReadonlyMap<string, Known>;

/** Files of all contexts together: about 50 MB. */
const maxFiles = 250_000;

/** Each context's last look, as a whole: what vanished goes with the look before. Contexts that nobody looked at for longest go first. */
export class KnownContent {
  readonly #contexts = new Map<string, KnownFiles>();
  readonly #maxFiles: number;
  #files = 0;

  constructor(limit = maxFiles) {
    this.#maxFiles = limit;
  }

  /** How many files a look may keep. */
  get limit(): number {
    return this.#maxFiles;
  }

  get(root: string): KnownFiles {
    return this.#contexts.get(root) ?? new Map();
  }

  set(root: string, files: KnownFiles): void {
    this.delete(root);
    this.#contexts.set(root, files);
    this.#files += files.size;
    for (const [oldest] of this.#contexts) {
      if (this.#files <= this.#maxFiles) break;
      this.delete(oldest);
    }
  }

  /** `root` and everything in it. */
  forget(root: string): void {
    for (const [context] of this.#contexts) {
      if (context === root || context.startsWith(`${root}/`)) this.delete(context);
    }
  }

  delete(root: string): void {
    this.#files -= this.#contexts.get(root)?.size ?? 0;
    this.#contexts.delete(root);
  }
}
