/**
 * What is in a directory, in the order in which BuildKit wants it: depth first, a directory before what is in it, siblings by the bytes of their names.
 *
 * Links are told and never followed. A directory that is not meant itself but has something that is comes before it. What vanishes while the walk comes
 * by is as if it had not been there. Batches are of what one slice of time found, so that nothing else waits for a walk, however many files there are.
 */
import { realpath } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import { isGone } from '../file-failure.ts';
import { readEntry, unreadable, type WalkEntry } from './entry.ts';
import { resolveFollowPaths, withoutChildren } from './follow-paths.ts';
import { readManyNames, readNames } from './names.ts';
import { noAnswer, Patterns, type PatternAnswer } from './patterns.ts';
import { Slices } from './slices.ts';

export interface WalkOptions {
  /** Only what one of these matches. Absent or empty: everything. */
  readonly include?: readonly string[];
  /** Nothing that these match; goes before `include`. */
  readonly exclude?: readonly string[];
  /** Further `include`: paths that may lead through links. */
  readonly followPaths?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of a directory's own size from which it is read in slices: some thousand names on most filesystems. */
const largeDirectory = 64 * 1024;
const maxBatch = 1024;

/**
 * No batch is empty; the walk goes on when the next one is asked for. Rejects with RuntimeError: NotFound (ContextNotFound) without `root`,
 * InvalidArgument (ContextUnreadable) with the name of what cannot be read or with the pattern that is none, Cancelled.
 */
export async function* walk(root: string, options: WalkOptions = {}): AsyncGenerator<readonly WalkEntry[]> {
  const real = await realRoot(root);
  const includes = await includesOf(real, options);
  const walker = new Walker(real, options, includes && new Patterns(includes), new Patterns(options.exclude ?? []));
  await walker.open();
  while (await walker.step()) {
    if (walker.isDue) {
      yield* walker.takeBatch();
      await walker.turn();
    }
  }
  yield* walker.takeBatch();
}

/** The directory itself, free of links. Rejects with RuntimeError as `walk` does. */
export async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    throw rootFailure(root, error);
  }
}

function rootFailure(root: string, cause: unknown): RuntimeError {
  if (!isGone(cause)) return unreadable(root, cause);
  return new RuntimeError('NotFound', `there is no directory ${root}`, { cause, reason: 'ContextNotFound' });
}

/** Undefined: everything. */
async function includesOf(root: string, options: WalkOptions): Promise<readonly string[] | undefined> {
  const { include = [], followPaths = [] } = options;
  const followed = followPaths.length === 0 ? undefined : await resolveFollowPaths(root, followPaths);
  if (followed === undefined) return include.length === 0 ? undefined : include;
  return withoutChildren([...include, ...followed]);
}

/** A directory that the walk is in. */
interface Frame {
  /** Empty for the root. */
  readonly path: string;
  /** Absent for the root. */
  readonly entry?: WalkEntry;
  /** Whether it was told. */
  told: boolean;
  readonly include: PatternAnswer;
  readonly exclude: PatternAnswer;
  readonly names: readonly string[];
  next: number;
}

class Walker {
  readonly #root: string;
  readonly #options: WalkOptions;
  readonly #include: Patterns | undefined;
  readonly #exclude: Patterns;
  readonly #slices = new Slices();
  readonly #frames: Frame[] = [];
  readonly #linked = new Map<string, string>();
  #batch: WalkEntry[] = [];

  constructor(root: string, options: WalkOptions, include: Patterns | undefined, exclude: Patterns) {
    this.#root = root;
    this.#options = options;
    this.#include = include;
    this.#exclude = exclude;
  }

  get isDue(): boolean {
    return this.#batch.length >= maxBatch || this.#slices.over;
  }

  async turn(): Promise<void> {
    await this.#slices.turn();
    const { signal } = this.#options;
    if (signal?.aborted === true) {
      throw new RuntimeError('Cancelled', `the walk through ${this.#root} was stopped`, { cause: signal.reason });
    }
  }

  *takeBatch(): Generator<readonly WalkEntry[]> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) yield batch;
  }

  async open(): Promise<void> {
    await this.turn();
    try {
      const names = await this.#read(this.#root, statSync(this.#root).size);
      this.#frames.push({ path: '', told: true, include: noAnswer, exclude: noAnswer, names, next: 0 });
    } catch (error) {
      throw rootFailure(this.#root, error);
    }
  }

  async #read(directory: string, size: number): Promise<readonly string[]> {
    return size < largeDirectory ? readNames(directory) : await readManyNames(directory, this.#slices);
  }

  /** One name further; false: that was the last. A promise only where there is something to wait for. */
  step(): boolean | Promise<boolean> {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return false;
    const name = frame.names[frame.next++];
    if (name === undefined) {
      this.#frames.pop();
      return true;
    }
    const path = frame.path === '' ? name : `${frame.path}/${name}`;
    const include = this.#include?.next(path, frame.include) ?? noAnswer;
    const exclude = this.#exclude.next(path, frame.exclude);
    const meant = this.#isMeant(include, exclude);
    if (!meant && !this.#hasMeant(path, include, exclude)) return true;
    const entry = this.#look(path, meant);
    if (entry === undefined) return true;
    if (meant) this.#tell(entry);
    return entry.type === 'directory' ? this.#enter({ path, entry, told: meant, include, exclude }) : true;
  }

  /** What cannot be looked at, and was not asked for, is nobody's trouble. */
  #look(path: string, meant: boolean): WalkEntry | undefined {
    try {
      return readEntry(this.#root, path);
    } catch (error) {
      if (meant) throw error;
      return undefined;
    }
  }

  #isMeant(include: PatternAnswer, exclude: PatternAnswer): boolean {
    return (this.#include?.matches(include) ?? true) && !this.#exclude.matches(exclude);
  }

  /** Whether something below a path that is not meant itself can be. */
  #hasMeant(path: string, include: PatternAnswer, exclude: PatternAnswer): boolean {
    const included = this.#include?.matches(include) ?? true;
    if (!included && this.#include?.canChangeBelow(path, include) !== true) return false;
    return !this.#exclude.matches(exclude) || this.#exclude.canChangeBelow(path, exclude);
  }

  #enter(directory: Omit<Frame, 'names' | 'next'> & { readonly entry: WalkEntry }): true | Promise<true> {
    const absolute = `${this.#root}/${directory.path}`;
    const entered = (names: readonly string[]): true => {
      this.#frames.push({ ...directory, names, next: 0 });
      return true;
    };
    if (directory.entry.size >= largeDirectory) {
      return readManyNames(absolute, this.#slices).then(entered, (error: unknown) =>
        this.#notEntered(directory, error),
      );
    }
    try {
      return entered(readNames(absolute));
    } catch (error) {
      return this.#notEntered(directory, error);
    }
  }

  #notEntered({ path, told }: { readonly path: string; readonly told: boolean }, error: unknown): true {
    if (told && !isGone(error)) throw unreadable(path, error);
    return true;
  }

  /** Directories above it first, which were not meant for their own sake. */
  #tell(entry: WalkEntry): void {
    for (const frame of this.#frames) {
      if (frame.told) continue;
      frame.told = true;
      this.#batch.push(frame.entry!);
    }
    this.#batch.push(this.#withSame(entry));
  }

  /** Only what was told counts as the first: the other side knows no other. */
  #withSame(entry: WalkEntry): WalkEntry {
    if (entry.links <= 1 || entry.type === 'directory' || entry.type === 'link') return entry;
    const key = `${entry.device}:${entry.inode}`;
    const first = this.#linked.get(key);
    if (first !== undefined) return { ...entry, sameAs: first };
    this.#linked.set(key, entry.path);
    return entry;
  }
}
