import { lstatSync, readlinkSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import { isGone, meaningOf } from '../file-failure.ts';

export type EntryType = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'block' | 'character';

/** Something in a directory, as `lstat` sees it. */
export interface WalkEntry {
  /** Relative to the root of the walk, clean, with slashes. */
  readonly path: string;
  readonly type: EntryType;
  /** Permissions, setuid, setgid and sticky bit. */
  readonly mode: number;
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  readonly device: bigint;
  readonly links: number;
  /** Number of the device that a `block` or `character` entry stands for. */
  readonly deviceNumber: number;
  /** Of a link, as it stands in it. */
  readonly target?: string;
  /** Path of the first entry of this walk that is the same file. */
  readonly sameAs?: string;
}

const types: ReadonlyMap<number, EntryType> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
  [0o060000, 'block'],
  [0o020000, 'character'],
]);

/** Undefined: it is not there any more. Throws InvalidArgument (ContextUnreadable) with its name when it cannot be looked at. */
export function readEntry(root: string, path: string): WalkEntry | undefined {
  const absolute = `${root}/${path}`;
  try {
    const stats = lstatSync(absolute, { bigint: true });
    const type = types.get(Number(stats.mode) & 0o170000) ?? 'socket';
    return {
      path,
      type,
      mode: Number(stats.mode) & 0o7777,
      size: Number(stats.size),
      mtimeNs: stats.mtimeNs,
      ctimeNs: stats.ctimeNs,
      inode: stats.ino,
      device: stats.dev,
      links: Number(stats.nlink),
      deviceNumber: type === 'block' || type === 'character' ? Number(stats.rdev) : 0,
      ...(type === 'link' ? { target: readTarget(absolute, path) } : {}),
    };
  } catch (error) {
    if (!isGone(error)) throw unreadable(path, error);
    // What is not UTF-8 was read with a replacement character, under which it is not found.
    if (path.includes('\ufffd')) throw unreadable(path, new Error('its name is not UTF-8'));
    return undefined;
  }
}

function readTarget(absolute: string, path: string): string {
  const target = readlinkSync(absolute);
  if (target.includes('\ufffd') && !readlinkSync(absolute, 'buffer').equals(Buffer.from(target))) {
    throw unreadable(path, new Error('its target is not UTF-8'));
  }
  return target;
}

/** A file of a context that nobody may or can read. */
export function unreadable(path: string, cause: unknown): RuntimeError {
  if (cause instanceof RuntimeError) return cause;
  const why = meaningOf(cause);
  return new RuntimeError('InvalidArgument', `${JSON.stringify(path)} of the context cannot be read: ${why}`, {
    cause,
    reason: 'ContextUnreadable',
  });
}
