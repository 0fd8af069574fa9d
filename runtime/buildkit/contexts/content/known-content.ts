/** What files of contexts held when somebody looked last, so that nobody reads them again while they are the same. */
import type { HashedFile, Stamp } from './hash-file.ts';

export interface Known extends Stamp {
  readonly hash: string;
  /** Number of the look that found it last. */
  look: number;
}

/** Of one context, by path in it. What is here is a proposal: its stamp tells whether it holds. */
export class KnownFiles {
  readonly #files = new Map<string, Known>();
  #looks = 0;

  get size(): number {
    return this.#files.size;
  }

  /** The number of a look that begins. */
  begin(): number {
    return ++this.#looks;
  }

  get(path: string): Known | undefined {
    return this.#files.get(path);
  }

  set(path: string, { hash, inode, size, mtime, ctime }: HashedFile, look: number): void {
    this.#files.set(path, { hash, inode, size, mtime, ctime, look });
  }

  /** After a look that found `found` of them: forgets those that it did not find, when they are many. */
  end(look: number, found: number): void {
    if (this.#files.size - found <= found / 8) return;
    for (const [path, known] of this.#files) if (known.look < look) this.#files.delete(path);
  }
}

/** Files of all contexts together: about 50 MB. */
const maxFiles = 250_000;

/** By context. Those that nobody looked at for longest go first, as a whole. */
export class KnownContent {
  readonly #contexts = new Map<string, KnownFiles>();
  /** How many files of a context may be known. */
  readonly limit: number;

  constructor(limit = maxFiles) {
    this.limit = limit;
  }

  get(root: string): KnownFiles {
    const files = this.#contexts.get(root) ?? new KnownFiles();
    this.#contexts.delete(root);
    this.#contexts.set(root, files);
    return files;
  }

  /** After a look. */
  trim(): void {
    let files = 0;
    for (const { size } of this.#contexts.values()) files += size;
    for (const [root, { size }] of this.#contexts) {
      if (files <= this.limit) return;
      this.#contexts.delete(root);
      files -= size;
    }
  }

  /** `root` and everything in it. */
  forget(root: string): void {
    for (const context of this.#contexts.keys()) {
      if (context === root || context.startsWith(`${root}/`)) this.#contexts.delete(context);
    }
  }
}
