/**
 * Paths that a builder is going to copy, as patterns for a walk. A link on the way is needed itself, and so is what it leads to, so both are asked for;
 * links are resolved here as text, with `/` being the root of the walk, and lead nowhere else.
 */
import { lstat, readdir, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { isGone } from '../file-failure.ts';
import { unreadable } from './entry.ts';
import { matchesGlob, parseGlob } from './glob.ts';

/** As many as one path may lead through, before it is taken for a loop. */
const maxLinks = 255;

/** Patterns, sorted; undefined when one of them is the root, so that everything is asked for. */
export async function resolveFollowPaths(
  root: string,
  paths: readonly string[],
): Promise<readonly string[] | undefined> {
  const search: Search = { root, found: new Set(), done: new Set() };
  for (const path of paths) await follow(search, inside(path), maxLinks);
  return withoutChildren([...search.found].sort());
}

/** Patterns without those that stand below another one; undefined when one is the root. */
export function withoutChildren(patterns: readonly string[]): readonly string[] | undefined {
  if (patterns.includes('.')) return undefined;
  let last: string | undefined;
  return patterns.filter((pattern) => {
    if (last !== undefined && pattern.startsWith(`${last}/`)) return false;
    last = pattern;
    return true;
  });
}

interface Search {
  readonly root: string;
  readonly found: Set<string>;
  /** Paths that were followed: a loop comes back to one. */
  readonly done: Set<string>;
}

async function follow(search: Search, path: string, links: number): Promise<void> {
  if (search.done.has(path) || links === 0) return;
  search.done.add(path);
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const current = parts.slice(0, length).join('/');
    const targets = await targetsOf(search.root, current);
    if (targets.length === 0) continue;
    search.found.add(current);
    const rest = parts.slice(length).join('/');
    for (const target of targets) await follow(search, inside(posix.join(target, rest)), links - 1);
    return;
  }
  search.found.add(path);
}

/** Where the links lead that `path` means: one, or those that its last part matches. */
async function targetsOf(root: string, path: string): Promise<readonly string[]> {
  const parent = posix.dirname(path);
  const name = posix.basename(path);
  try {
    if (!/[*?[]/.test(name.replace(/\\./g, ''))) return await targetOf(root, path);
    const glob = parseGlob(name.replace(/\*+/g, '*'));
    const names = (await readdir(posix.join(root, parent))).filter((entry) => matchesGlob(glob, entry));
    return (await Promise.all(names.map((entry) => targetOf(root, posix.join(parent, entry))))).flat();
  } catch (error) {
    if (isGone(error)) return [];
    throw unreadable(path, error);
  }
}

async function targetOf(root: string, path: string): Promise<readonly string[]> {
  const absolute = posix.join(root, path);
  const stats = await lstat(absolute);
  if (!stats.isSymbolicLink()) return [];
  return [posix.resolve('/', posix.dirname(path), await readlink(absolute))];
}

/** Relative to the root, and never above it. */
function inside(path: string): string {
  return posix.resolve('/', path).slice(1) || '.';
}
