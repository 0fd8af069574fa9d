import { copyFile, lstat, mkdir, open, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path/posix';
import { RuntimeError } from '../../errors.ts';
import { errnoOf } from '../../file-failure.ts';

/**
 * Where entries of an archive come to lie. Links are made last: while files are written none is there that could lead them elsewhere. Methods reject
 * with Corrupt for names that lead out.
 */
export class Landing {
  readonly #directory: string;
  readonly #links = new Map<string, string>();
  readonly #hardLinks = new Map<string, string>();

  /** Absolute, free of links, empty. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async directory(name: string): Promise<void> {
    await this.#make(clean(name));
  }

  async file(name: string, isExecutable: boolean, content: AsyncIterable<Uint8Array>): Promise<void> {
    const path = clean(name);
    if (path === '.') throw refused(name, 'is no name of a file');
    await this.#make(dirname(path));
    // Named twice: the last one counts.
    this.#links.delete(path);
    this.#hardLinks.delete(path);
    const absolute = join(this.#directory, path);
    await rm(absolute, { force: true });
    await using file = await open(absolute, 'wx', isExecutable ? 0o755 : 0o644);
    for await (const piece of content) await file.writeFile(piece);
  }

  link(name: string, target: string): void {
    const path = clean(name);
    if (target.startsWith('/') || leadsOut(join(dirname(path), target))) {
      throw refused(name, `leads out of it, to ${JSON.stringify(target)}`);
    }
    this.#hardLinks.delete(path);
    this.#links.set(path, target);
  }

  hardLink(name: string, target: string): void {
    const path = clean(name);
    this.#links.delete(path);
    this.#hardLinks.set(path, clean(target));
  }

  /** After the last entry. */
  async finish(): Promise<void> {
    for (const [path, target] of this.#hardLinks) await this.#copy(path, target);
    for (const [path, target] of this.#links) {
      await this.#make(dirname(path));
      await rm(join(this.#directory, path), { force: true });
      await symlink(target, join(this.#directory, path));
    }
    for (const path of this.#links.keys()) await this.#checkLink(path);
  }

  /** What was a hard link is a copy: files of ours have one name. */
  async #copy(path: string, target: string): Promise<void> {
    const from = join(this.#directory, target);
    const stats = await lstat(from).catch(() => undefined);
    if (stats?.isFile() !== true) throw refused(path, `is a link to ${JSON.stringify(target)}, which is no file in it`);
    if (path === target) return;
    await this.#make(dirname(path));
    await rm(join(this.#directory, path), { force: true });
    await copyFile(from, join(this.#directory, path));
  }

  /** Over other links it may lead elsewhere than it says. What leads nowhere is no use to anybody. */
  async #checkLink(path: string): Promise<void> {
    const absolute = join(this.#directory, path);
    let real: string;
    try {
      real = await realpath(absolute);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ELOOP' && errnoOf(error) !== 'ENOTDIR') throw error;
      await rm(absolute, { force: true });
      return;
    }
    if (real !== this.#directory && !real.startsWith(`${this.#directory}/`)) throw refused(path, 'leads out of it');
  }

  async #make(path: string): Promise<void> {
    try {
      await mkdir(join(this.#directory, path), { recursive: true, mode: 0o755 });
    } catch (error) {
      if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOTDIR') throw refused(path, 'is a file and a directory');
      throw error;
    }
  }
}

/** Relative, without `.` and `..`; `.` for the directory itself. */
function clean(name: string): string {
  const path = normalize(name.replace(/^\/+/, '').replace(/\/+$/, '') || '.');
  if (name.includes('\0') || leadsOut(path) || name.split('/').includes('..')) throw refused(name, 'leads out of it');
  return path;
}

const leadsOut = (path: string): boolean => path === '..' || path.startsWith('../') || path.startsWith('/');

function refused(name: string, problem: string): RuntimeError {
  return new RuntimeError('Corrupt', `the archive is refused: ${JSON.stringify(name)} ${problem}`);
}
