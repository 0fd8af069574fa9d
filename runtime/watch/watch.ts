/**
 * Watching a directory: calls back when something in it may have changed. It never fails: where the kernel does not tell (too many watches), it looks
 * by itself, and where there is no directory it waits for one.
 *
 * node:fs.watch on each directory, because the recursive ways at hand (its own, chokidar's) watch every file by itself, and cannot leave out what
 * nobody wants: a node_modules would take all the watches that a user has.
 */
import { type FSWatcher, realpathSync, watch as watchPath } from 'node:fs';
import { isRuntimeError } from '../errors.ts';
import { anchorsOf, sameAnchors, type Anchors } from './anchors.ts';
import { Burst } from './burst.ts';
import { Directories, identityOf, type DirectoriesOptions } from './directories.ts';
import { poll } from './polling.ts';

export interface WatchOptions {
  /** Absolute; also of a file, or of a link that leads to one or the other. */
  readonly path: string;
  /** Patterns (files/patterns.ts) of what takes no part, asked again after each burst of changes; `root` is free of links. Default: nothing is left out. */
  readonly leftOut?: (root: string) => Promise<readonly string[]>;
  readonly onChange: () => void;
  readonly log: { warn(fields: object, message: string): void };
  /** Milliseconds after which changes are told that do not end; default 1000. */
  readonly longest?: number;
  /** See Directories. */
  readonly maxDirectories?: number;
  /** Milliseconds between two looks where the kernel does not tell; default 2000. */
  readonly pause?: number;
  /** Milliseconds until watches of the kernel are tried again, where there were none; default 10 minutes. */
  readonly retryAfter?: number;
}

const defaultRetryAfter = 10 * 60_000;

/** How often the way to the directory may change while it is looked at. */
const maxTries = 5;

const defaultPause = 2000;

export function watchDirectory(options: WatchOptions): Disposable {
  const watching = new Watching(options);
  watching.restart();
  return watching;
}

class Watching implements Disposable {
  readonly #options: WatchOptions;
  readonly #burst: Burst;
  readonly #anchors: FSWatcher[] = [];
  #inside: Inside | undefined;
  #starts = 0;
  #retry: NodeJS.Timeout | undefined;
  #isHeld = false;
  #isOver = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#burst = new Burst(() => this.#tell(), options.longest);
  }

  /** Everything anew: the path may mean another directory, or none. */
  restart(): void {
    if (this.#isOver) return;
    this.#watchAnchors();
    void this.#startInside(++this.#starts);
  }

  async #startInside(start: number): Promise<void> {
    const plan = await this.#plan();
    // Somebody began anew, or nobody wants it any more: nothing is opened that nobody would close.
    if (this.#isOver || start !== this.#starts) return;
    this.#inside?.[Symbol.dispose]();
    this.#inside = plan && this.#openInside(plan);
    this.#burst.add();
  }

  /** Names on the way to the directory. */
  #watchAnchors(): void {
    let anchors = anchorsOf(this.#options.path);
    for (let tries = 1; ; tries++) {
      this.#watchNames(anchors);
      const now = anchorsOf(this.#options.path);
      // What changed before it was watched, nobody told.
      if (tries === maxTries || sameAnchors(anchors, now)) return;
      anchors = now;
    }
  }

  #watchNames(anchors: Anchors): void {
    for (const watcher of this.#anchors.splice(0)) watcher.close();
    for (const [directory, names] of anchors) {
      try {
        const watcher = watchPath(directory, { persistent: false }, (type, name) => {
          if (type === 'rename' && (name === null || names.has(name))) this.#onAnchor();
        });
        watcher.on('error', () => undefined);
        this.#anchors.push(watcher);
      } catch {
        // Gone already, or no watch is left: what is inside tells, or is polled.
      }
    }
  }

  #onAnchor(): void {
    if (this.#isOver) return;
    this.restart();
    this.#burst.add();
  }

  /** What to watch; undefined: there is nothing. */
  async #plan(): Promise<Plan | undefined> {
    try {
      const root = realpathSync(this.#options.path);
      return { root, leftOut: await this.#leftOut(root) };
    } catch {
      return undefined;
    }
  }

  #leftOut(root: string): Promise<readonly string[]> {
    return this.#options.leftOut?.(root) ?? Promise.resolve([]);
  }

  #openInside({ root, leftOut }: Plan): Inside {
    const onChange = (): void => this.#burst.add();
    const isSamePlan = async (): Promise<boolean> => {
      const now = await this.#leftOut(root).catch(() => undefined);
      return now !== undefined && now.join('\n') === leftOut.join('\n');
    };
    let poller: Disposable | undefined;
    const onExhausted = (code: string): void => {
      this.#options.log.warn(
        { path: this.#options.path, code },
        'no watches are left for this directory: it is looked at every few seconds; raise fs.inotify.max_user_watches',
      );
      poller = poll({ root, patterns: leftOut, onChange, pause: this.#options.pause ?? defaultPause });
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.restart(), this.#options.retryAfter ?? defaultRetryAfter).unref();
    };
    const identity = identityOf(root);
    const { maxDirectories } = this.#options;
    const how = { root, onChange, onExhausted, ...(maxDirectories === undefined ? {} : { maxDirectories }) };
    const directories = openDirectories(how, leftOut);
    return {
      settle: () => directories.settle(),
      isSame: async () => identityOf(root) === identity && (await isSamePlan()),
      [Symbol.dispose]: () => {
        directories[Symbol.dispose]();
        poller?.[Symbol.dispose]();
      },
    };
  }

  #tell(): void {
    const inside = this.#inside;
    // The kernel may have kept some of so many to itself: told when all directories have been read again, once for all of them.
    this.#isHeld = inside?.settle() === true && !this.#isHeld;
    if (this.#isHeld) return;
    void this.#checkPlan(inside);
    try {
      this.#options.onChange();
    } catch (err) {
      this.#options.log.warn({ err, path: this.#options.path }, 'whoever watches a directory failed');
    }
  }

  async #checkPlan(inside: Inside | undefined): Promise<void> {
    if ((await inside?.isSame()) === false && !this.#isOver && inside === this.#inside) this.restart();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#burst[Symbol.dispose]();
    clearTimeout(this.#retry);
    for (const watcher of this.#anchors.splice(0)) watcher.close();
    this.#inside?.[Symbol.dispose]();
  }
}

/** An ignore file that is wrong leaves nothing out, so that one sees when it is mended. */
function openDirectories(how: Omit<DirectoriesOptions, 'patterns'>, patterns: readonly string[]): Directories {
  try {
    return new Directories({ ...how, patterns });
  } catch (error) {
    if (!isRuntimeError(error, 'InvalidArgument')) throw error;
    return new Directories({ ...how, patterns: [] });
  }
}

interface Plan {
  /** Free of links. */
  readonly root: string;
  readonly leftOut: readonly string[];
}

interface Inside extends Disposable {
  /** After a burst of changes; true: they are told again when everything has been read. */
  settle(): boolean;
  /** Whether what is watched still is what has to be: the same directory, the same things left out. */
  isSame(): Promise<boolean>;
}
