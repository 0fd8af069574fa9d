/**
 * Paths inside a foreign root, for every adapter that has one. Links in an image or a repository are hostile until shown otherwise: `/etc/passwd -> /../../../etc/shadow` must end
 * inside the image. So each component is looked at by itself and links are resolved here, as text, never by the kernel.
 */
import { readlinkSync } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path/posix';
import { RuntimeError } from './errors.ts';

/** As many as the kernel follows before it says ELOOP. */
const maxLinks = 40;

/**
 * The path below `root` that `path` means when `root` is `/`, free of links and `..`, relative ('' is the root itself); undefined
 * when a part of it does not exist. `root` is a directory that we hold open, so that its own links are no matter. Rejects with
 * InvalidArgument for a loop of links.
 */
export async function resolveInside(root: string, path: string): Promise<string | undefined> {
  const pending = path.split('/').reverse();
  const done: string[] = [];
  let links = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const here = join(root, ...done, part);
    const stats = await lstat(here).catch(absent);
    if (stats === undefined) return undefined;
    if (!stats.isSymbolicLink()) {
      done.push(part);
      continue;
    }
    if (++links > maxLinks) throw new RuntimeError('InvalidArgument', `${path}: too many links, or a loop of them`);
    const target = await readlink(here);
    if (target.startsWith('/')) done.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return done.join('/');
}

/**
 * Whether what is open lies below `root`, a path free of links. Names are looked up after they were checked: meanwhile a directory on the way may have
 * become a link that leads out, and only what was opened tells. Throws what the operating system says.
 */
export function isOpenBelow(descriptor: number, root: string): boolean {
  return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(root === '/' ? '/' : `${root}/`);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
