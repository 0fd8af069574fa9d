/**
 * What leads to a directory: every name on the way, links included. A change of one of these names is what makes the path mean another directory, or
 * none, or one again; so they are watched where they stand.
 */
import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path/posix';

/** Names by the directory that they stand in. */
export type Anchors = ReadonlyMap<string, ReadonlySet<string>>;

const maxLinks = 40;

/** The way as far as it goes: the last name may not be there (yet). */
export function anchorsOf(path: string): Anchors {
  const anchors = new Map<string, Set<string>>();
  const pending = path.split('/').reverse();
  let here = '/';
  let links = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      here = join(here, '..');
      continue;
    }
    const names = anchors.get(here) ?? new Set();
    anchors.set(here, names.add(part));
    const target = targetOf(join(here, part));
    if (target === undefined) break;
    if (target === '') {
      here = join(here, part);
      continue;
    }
    if (++links > maxLinks) break;
    if (target.startsWith('/')) here = '/';
    pending.push(...target.split('/').reverse());
  }
  return anchors;
}

/** Of a link; empty for anything else; undefined: not there. */
function targetOf(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : '';
  } catch {
    return undefined;
  }
}

export function sameAnchors(one: Anchors, other: Anchors): boolean {
  const text = (anchors: Anchors): string => JSON.stringify([...anchors].map(([path, names]) => [path, ...names]));
  return text(one) === text(other);
}
