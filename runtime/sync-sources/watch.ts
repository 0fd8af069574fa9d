/** Watching what is on this machine: directories, and the refs of repositories. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { walk } from '../files/walk.ts';
import type { SyncSource } from '../ports/sync-sources.ts';
import { watchDirectory } from '../watch/watch.ts';

type Log = { warn(fields: object, message: string): void };

/** Milliseconds: ten thousand files that are written take longer than a second, and are one change. */
const longest = 3000;

/** What git does in a working copy that is a source is not what the source is about. */
const leftOutOfDirectories: readonly string[] = ['**/.git'];

/** All that tells where branches, tags and HEAD are, in a bare repository and in one with files around it; nothing else. */
const leftOutOfRepositories: readonly string[] = [
  '*',
  ...['', '.git/'].flatMap((at) => ['HEAD', 'packed-refs', 'refs', 'reftable'].map((name) => `!${at}${name}`)),
];

export function watchSource(source: SyncSource, onChange: () => void, log: Log): Disposable {
  if (source.type === 'directory') {
    return watchDirectory({ path: source.path, leftOut: async () => leftOutOfDirectories, onChange, log, longest });
  }
  const path = source.type === 'git' ? localPath(source.url) : undefined;
  if (path === undefined) return { [Symbol.dispose]: () => undefined };
  return new RepositoryWatch(path, onChange, log);
}

/** Of a repository on this machine. */
function localPath(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  if (!url.startsWith('file://')) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Calls back when refs changed; git's other files change with every command. */
class RepositoryWatch implements Disposable {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #log: Log;
  #places: readonly string[] = [];
  #watches: readonly Disposable[] = [];
  #seen = '';
  #isLooking = false;
  #isDue = false;
  #isOver = false;

  constructor(path: string, onChange: () => void, log: Log) {
    this.#path = path;
    this.#onChange = onChange;
    this.#log = log;
    this.#open();
  }

  #open(): void {
    this.#places = placesOf(this.#path);
    this.#watches = this.#places.map((path) =>
      watchDirectory({
        path,
        leftOut: async () => leftOutOfRepositories,
        onChange: () => void this.#look(),
        log: this.#log,
      }),
    );
  }

  async #look(): Promise<void> {
    this.#isDue = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#isDue && !this.#isOver) {
      this.#isDue = false;
      if (placesOf(this.#path).join('\n') !== this.#places.join('\n')) {
        this.#close();
        this.#open();
      }
      const now = await refsAt(this.#places);
      if (now === this.#seen || this.#isOver) continue;
      this.#seen = now;
      this.#tell();
    }
    this.#isLooking = false;
  }

  #tell(): void {
    try {
      this.#onChange();
    } catch (err) {
      this.#log.warn({ err, path: this.#path }, 'whoever watches a repository failed');
    }
  }

  #close(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#close();
  }
}

/** Where refs stand: git takes `path` for `path.git`, too, and a `.git` that is a file leads to where they are. */
function placesOf(path: string): readonly string[] {
  const here = !existsSync(path) && existsSync(`${path}.git`) ? `${path}.git` : path;
  const directory = linkedDirectory(join(here, '.git'));
  if (directory === undefined) return [here];
  const common = firstLine(join(directory, 'commondir'));
  return [here, directory, ...(common === undefined ? [] : [resolve(directory, common)])];
}

/** Of a working tree beside others, or a submodule: `gitdir: <path>`. */
function linkedDirectory(path: string): string | undefined {
  const [, to] = /^gitdir: (.+)$/.exec(firstLine(path) ?? '') ?? [];
  return to === undefined ? undefined : resolve(dirname(path), to);
}

function firstLine(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8').split('\n', 1)[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Times and sizes of everything that tells of refs; empty when nobody can look. */
async function refsAt(places: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const place of places) {
    try {
      for await (const batch of walk(place, { exclude: leftOutOfRepositories })) {
        for (const { path, type, size, mtimeNs, ctimeNs, inode } of batch) {
          if (type === 'directory' || path.endsWith('.lock')) continue;
          hash.update(`${path}\0${size} ${mtimeNs} ${ctimeNs} ${inode}\0`);
        }
      }
    } catch {
      hash.update(`${place}\0gone\0`);
    }
  }
  return hash.digest('hex');
}
