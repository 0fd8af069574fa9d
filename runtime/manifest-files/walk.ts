/** What there is to read below a directory. */
import { lstatSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, posix } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { FileProblem } from '../ports/manifest-files.ts';
import { IGNORE_FILE, IgnoreRules } from './ignore-rules.ts';
import { OutsideError, readDirectory, readInside } from './inside.ts';
import { problemAt } from './problem.ts';
import type { Slices } from './slices.ts';

export interface Found {
  /** Files with manifests, relative to the root. */
  readonly manifests: readonly string[];
  /** Files that say how a directory is built: `apps/web/kustomization.yaml`. */
  readonly kustomizations: readonly string[];
  readonly problems: readonly FileProblem[];
}

export const KUSTOMIZATIONS: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const MANIFEST = /\.(?:ya?ml|json)(?:\.age)?$/;
/** Names that no message and no log can show as they are. U+FFFD stands for bytes that are not UTF-8. */
const ODD = /[\p{Cc}\u2028\u2029\uFFFD]/u;
const MAX_ENTRIES = 500_000;
const MAX_FILES = 20_000;
const MAX_IGNORE_BYTES = 1024 * 1024;

interface Frame {
  /** Relative to the root. */
  readonly path: string;
  /** Absolute and free of links, its own and those of what it is in. */
  readonly chain: readonly string[];
  readonly rules: IgnoreRules;
}

/** `root` is free of links. Rejects with ResourceExhausted, Cancelled; what the operating system says of the start itself. */
export async function walk(root: string, start: string, slices: Slices): Promise<Found> {
  return await new Walker(root, slices).walk(start);
}

class Walker {
  readonly #root: string;
  readonly #slices: Slices;
  readonly #manifests: string[] = [];
  readonly #kustomizations: string[] = [];
  readonly #problems: FileProblem[] = [];
  #entries = 0;

  constructor(root: string, slices: Slices) {
    this.#root = root;
    this.#slices = slices;
  }

  async walk(start: string): Promise<Found> {
    const frames: Frame[] = [{ path: start, chain: chainOf(this.#root, start), rules: await this.#rulesAbove(start) }];
    for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
      frames.push(...(await this.#enter(frame, frame.path === start)));
      if (this.#slices.isOver) await this.#slices.turn();
    }
    return {
      manifests: this.#manifests.toSorted(),
      kustomizations: this.#kustomizations.toSorted(),
      problems: this.#problems,
    };
  }

  /** Ignore files of the directories that the start is in count for it, but do not leave it out. */
  async #rulesAbove(start: string): Promise<IgnoreRules> {
    let rules = IgnoreRules.none;
    const names = start === '' ? [] : start.split('/');
    for (let depth = 0; depth < names.length; depth++) {
      rules = await this.#rulesOf(rules, names.slice(0, depth).join('/'), depth);
    }
    return rules;
  }

  async #rulesOf(rules: IgnoreRules, path: string, depth: number): Promise<IgnoreRules> {
    try {
      const read = await readInside(this.#root, posix.join(path, IGNORE_FILE), MAX_IGNORE_BYTES, this.#slices);
      return read === undefined ? rules : rules.with(Buffer.from(read.bytes).toString('utf8'), depth);
    } catch (error) {
      if (isGone(error)) return rules;
      throw error;
    }
  }

  /** Directories that are to be entered. */
  async #enter(frame: Frame, isStart: boolean): Promise<readonly Frame[]> {
    const { path } = frame;
    let entries: readonly Dirent[];
    let rules: IgnoreRules;
    try {
      entries = readDirectory(this.#root, path);
      const depth = path === '' ? 0 : path.split('/').length;
      const hasRules = entries.some(({ name }) => name === IGNORE_FILE);
      rules = hasRules ? await this.#rulesOf(frame.rules, path, depth) : frame.rules;
    } catch (error) {
      if (isStart || error instanceof RuntimeError) throw error;
      if (!isGone(error)) this.#problems.push(unreadable(path, error));
      return [];
    }
    this.#entries += entries.length;
    if (this.#entries > MAX_ENTRIES) throw tooMany(this.#root, `${MAX_ENTRIES} files and directories`);
    const kustomization = KUSTOMIZATIONS.find((name) => entries.some((entry) => entry.name === name));
    const there = kustomization === undefined ? undefined : posix.join(path, kustomization);
    if (there !== undefined && !rules.ignores(there.split('/'), false)) {
      this.#kustomizations.push(there);
      return [];
    }
    const frames: Frame[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const below = this.#look(entry, { ...frame, rules });
      if (below !== undefined) frames.push(below);
      if (this.#slices.isOver) await this.#slices.turn();
    }
    return frames;
  }

  /** A frame for a directory; a manifest is noted. */
  #look(entry: Dirent, { path: parent, chain, rules }: Frame): Frame | undefined {
    const path = posix.join(parent, entry.name);
    const type = this.#typeOf(entry, path);
    if (type === 'other' || (type === 'file' && !MANIFEST.test(entry.name))) return undefined;
    if (rules.ignores(path.split('/'), type === 'directory')) return undefined;
    if (ODD.test(entry.name)) {
      const shown = path.replaceAll(new RegExp(ODD, 'gu'), '?');
      this.#problems.push(problemAt(shown, 'its name has signs that cannot be shown, or is not UTF-8: rename it'));
      return undefined;
    }
    if (type === 'file') {
      this.#manifests.push(path);
      if (this.#manifests.length > MAX_FILES) throw tooMany(this.#root, `${MAX_FILES} manifests`);
      return undefined;
    }
    const real = entry.isSymbolicLink() ? this.#realOf(path) : join(chain.at(-1) ?? '', entry.name);
    // a link to a directory that it is in
    if (real === undefined || chain.includes(real)) return undefined;
    return { path, chain: [...chain, real], rules };
  }

  /** Undefined when it has gone meanwhile. */
  #realOf(path: string): string | undefined {
    try {
      return realpathSync(join(this.#root, path));
    } catch {
      return undefined;
    }
  }

  #typeOf(entry: Dirent, path: string): 'file' | 'directory' | 'other' {
    if (entry.isFile()) return 'file';
    if (entry.isDirectory()) return 'directory';
    const absolute = join(this.#root, path);
    try {
      if (entry.isSymbolicLink()) {
        const real = realpathSync(absolute);
        if (real !== this.#root && !isBelow(real, this.#root)) throw new OutsideError('leads out');
      } else if (!lstatSync(absolute).isFile() && !lstatSync(absolute).isDirectory()) return 'other';
      const stats = statSync(absolute);
      return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
    } catch (error) {
      if (entry.isSymbolicLink()) this.#badLink(entry.name, path, error);
      return 'other';
    }
  }

  /** Told where something that is wanted may stand behind it. */
  #badLink(name: string, path: string, error: unknown): void {
    if (ODD.test(name)) return;
    if (error instanceof OutsideError) {
      if (MANIFEST.test(name) || !name.includes('.')) this.#problems.push(outside(path));
    } else if (MANIFEST.test(name)) {
      this.#problems.push(problemAt(path, 'it is a link that leads nowhere', { heals: true }));
    }
  }
}

/** The root and every directory down to the start. */
function chainOf(root: string, start: string): readonly string[] {
  const names = start === '' ? [] : start.split('/');
  return [root, ...names.map((_, index) => join(root, ...names.slice(0, index + 1)))];
}

export const outside = (path: string): FileProblem =>
  problemAt(path, 'it is a link that leads out of the directory that is followed: copy here what it means');

/** What cannot be read now; somebody may change that at any time. */
export function unreadable(path: string, error: unknown): FileProblem {
  if (error instanceof OutsideError) return outside(path);
  const { code, message } = error as NodeJS.ErrnoException;
  const what =
    code === 'EACCES' || code === 'EPERM' ? 'it cannot be read: permission denied' : `it cannot be read: ${message}`;
  return problemAt(path, what, { heals: true });
}

export const isGone = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

export const isBelow = (path: string, root: string): boolean => path.startsWith(root === '/' ? '/' : `${root}/`);

export const tooMany = (root: string, limit: string): RuntimeError =>
  new RuntimeError('ResourceExhausted', `${root} has more than ${limit}: follow a part of it (spec.path)`);
