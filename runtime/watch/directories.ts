/** The directories of a tree, each watched by itself: the kernel tells of every name in it. */
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { noAnswer, Patterns, type PatternAnswer } from '../files/patterns.ts';
import { Slices } from '../files/slices.ts';
import { errnoOf } from '../file-failure.ts';

export interface DirectoriesOptions {
  /** Absolute, free of links. */
  readonly root: string;
  /** What takes no part. */
  readonly patterns: readonly string[];
  /** Something in the tree changed, or may have. */
  readonly onChange: () => void;
  /** The kernel has no more watches for us, or there are too many directories. Nothing is watched any more. */
  readonly onExhausted: (code: string) => void;
  /** Default 50,000: a user has some ten thousand watches at least, and asking now and then costs less. */
  readonly maxDirectories?: number;
}

const defaultMaxDirectories = 50_000;

/** Events of one burst after which the kernel may have dropped some, as its queue has 16,384 places. */
const suspicious = 2000;

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
  readonly answer: PatternAnswer;
  /** Names of directories in it that are watched. */
  readonly inner: Set<string>;
}

export class Directories implements Disposable {
  readonly #options: DirectoriesOptions;
  readonly #patterns: Patterns;
  /** By path relative to the root; empty for the root. */
  readonly #watched = new Map<string, Watched>();
  /** To be read (again). */
  readonly #pending = new Set<string>();
  #events = 0;
  #isReading = false;
  #isOver = false;

  /** Throws InvalidArgument for a pattern that is none. */
  constructor(options: DirectoriesOptions) {
    this.#options = options;
    this.#patterns = new Patterns(options.patterns);
    if (this.#add('', noAnswer)) this.#read();
  }

  /** Whether the root is still the directory that was watched first. */
  get isSame(): boolean {
    return this.#watched.get('')?.identity === identityOf(this.#options.root);
  }

  get size(): number {
    return this.#watched.size;
  }

  /** After a burst. True: some of it may be missed, so that everything is read again, and `onChange` called after that. */
  settle(): boolean {
    const mayMiss = this.#events > suspicious;
    this.#events = 0;
    if (!mayMiss) return false;
    for (const path of this.#watched.keys()) this.#pending.add(path);
    this.#read();
    return true;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
    this.#pending.clear();
  }

  #absolute(path: string): string {
    return path === '' ? this.#options.root : `${this.#options.root}/${path}`;
  }

  /** False: it is not there, or may not be looked into. */
  #add(path: string, answer: PatternAnswer): boolean {
    const absolute = this.#absolute(path);
    try {
      if (this.#watched.size >= (this.#options.maxDirectories ?? defaultMaxDirectories))
        return this.#exhausted('ENOSPC');
      const watcher = watch(absolute, { persistent: false }, (type, name) => this.#onEvent(path, type, name));
      watcher.on('error', () => this.#onEvent(path, 'rename', null));
      this.#watched.set(path, { watcher, identity: identityOf(absolute), answer, inner: new Set() });
      this.#pending.add(path);
      return true;
    } catch (error) {
      const code = errnoOf(error);
      return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE' ? this.#exhausted(code) : false;
    }
  }

  #exhausted(code: string): false {
    this[Symbol.dispose]();
    this.#options.onExhausted(code);
    return false;
  }

  #onEvent(path: string, type: 'rename' | 'change', name: string | null): void {
    if (this.#isOver) return;
    this.#events++;
    if (type === 'rename' || name === null) {
      this.#pending.add(path);
      this.#read();
    }
    this.#options.onChange();
  }

  /** What is pending, in slices. New directories may hold what nobody was told of: that is a change of its own. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#readAll().finally(() => {
      this.#isReading = false;
      if (!this.#isOver) this.#options.onChange();
    });
  }

  async #readAll(): Promise<void> {
    const slices = new Slices();
    await slices.turn();
    for (const path of this.#pending) {
      this.#pending.delete(path);
      this.#readOne(path);
      if (slices.over) await slices.turn();
    }
  }

  #readOne(path: string): void {
    const watched = this.#watched.get(path);
    if (watched === undefined) return;
    const found = new Set(directoriesIn(this.#absolute(path)));
    for (const name of watched.inner) {
      const inner = joined(path, name);
      if (found.has(name) && this.#watched.get(inner)?.identity === identityOf(this.#absolute(inner))) continue;
      this.#drop(inner);
      watched.inner.delete(name);
    }
    for (const name of found) {
      if (this.#isOver) return;
      if (watched.inner.has(name)) continue;
      const inner = joined(path, name);
      const answer = this.#patterns.next(inner, watched.answer);
      if (this.#patterns.matches(answer) && !this.#patterns.canChangeBelow(inner, answer)) continue;
      if (this.#add(inner, answer)) watched.inner.add(name);
    }
  }

  #drop(path: string): void {
    const watched = this.#watched.get(path);
    if (watched === undefined) return;
    this.#watched.delete(path);
    this.#pending.delete(path);
    watched.watcher.close();
    for (const name of watched.inner) this.#drop(joined(path, name));
  }
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

function directoriesIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Another directory of the same name is another one. Numbers of inodes come back at once on some file systems, times of birth do not. */
export function identityOf(path: string): string {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return '';
  }
}
