/** The rules of paths that every Volumes keeps. */
import { RuntimeError } from '../errors.ts';
import type { ProjectedFile } from '../ports/volumes.ts';

export function checkProjectedPaths(files: readonly ProjectedFile[]): void {
  const paths = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/');
    const inside = parts.every((part) => part !== '' && part !== '.' && part !== '..');
    if (!inside || path.startsWith('..') || path.includes('\0')) throw refused(path, 'is not a path below the mount');
    if (paths.has(path)) throw refused(path, 'stands there twice');
    paths.add(path);
  }
  const all = [...paths];
  const covered = all.find((path) => all.some((other) => path.startsWith(`${other}/`)));
  if (covered !== undefined) throw refused(covered, 'lies below another file');
}

function refused(path: string, why: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `file ${JSON.stringify(path)} ${why}`);
}

/** A relative path without `..`, as its parts. */
export function subPathParts(subPath: string): string[] {
  const parts = subPath.split('/').filter((part) => part !== '' && part !== '.');
  if (subPath.startsWith('/') || parts.includes('..')) {
    throw new RuntimeError('InvalidArgument', `subPath ${JSON.stringify(subPath)} leads out of its volume`, {
      reason: 'SubPathInvalid',
    });
  }
  return parts;
}

/** The last bytes of a text, without the rest of a character that the cut went through. */
export function textTail(content: Uint8Array, maxBytes: number): string {
  let start = Math.max(0, content.length - maxBytes);
  while (start > 0 && start < content.length && ((content[start] ?? 0) & 0xc0) === 0x80) start++;
  return Buffer.from(content.subarray(start)).toString();
}
