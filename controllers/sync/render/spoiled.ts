import { posix } from 'node:path';

/** Whether a file, or a directory above it, is one of these. */
export function isSpoiled(spoiled: ReadonlySet<string>, file: string): boolean {
  for (let path = file; ; path = posix.dirname(path)) {
    if (spoiled.has(path)) return true;
    if (path === '.' || path === '/') return false;
  }
}
