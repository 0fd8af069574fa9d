/** Opening and looking at things below a root that links must not lead out of. What was opened is what counts: names may have changed meanwhile. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type BigIntStats,
  type Dirent,
} from 'node:fs';
import { join } from 'node:path/posix';
import { isOpenBelow } from '../resolve-inside.ts';
import type { Slices } from './slices.ts';

/** Where a link leads that leads out. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
}

/** It changes all the time, or is larger than a limit. The message says so. */
export class UnsteadyError extends Error {
  override readonly name = 'UnsteadyError';
}

/** What tells a file from itself after a change: where it lies, its size, when its content and anything else of it changed. */
export interface Stamp {
  readonly text: string;
  readonly size: number;
  /** Nobody can set it. Milliseconds since the epoch. */
  readonly changed: number;
  readonly isFile: boolean;
}

export function stampOf(stats: BigIntStats): Stamp {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return {
    text: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`,
    size: Number(size),
    changed: Number(ctimeNs / 1_000_000n),
    isFile: stats.isFile(),
  };
}

/** Names in a directory. `path` is relative, '' the root itself. Throws OutsideError, and what the operating system says. */
export function readDirectory(root: string, path: string): readonly Dirent[] {
  const descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
  try {
    if (path !== '' && !isOpenBelow(descriptor, root)) throw new OutsideError(`${path} leads out of ${root}`);
    return readdirSync(`/proc/self/fd/${descriptor}`, { withFileTypes: true });
  } finally {
    closeSync(descriptor);
  }
}

export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly stamp: Stamp;
}

/** Read at once when they are no larger. */
const CHUNK = 256 * 1024;
/** A file that is written to all the time is not read for ever. */
const TRIES = 3;

/**
 * A regular file; undefined for anything else. Throws OutsideError, UnsteadyError when it changes while it is read, time and again, or is larger than
 * `limit`, and what the operating system says.
 */
export async function readInside(
  root: string,
  path: string,
  limit: number,
  slices: Slices,
): Promise<ReadBytes | undefined> {
  const descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    let before = fstatSync(descriptor, { bigint: true });
    if (!before.isFile()) return undefined;
    if (!isOpenBelow(descriptor, root)) throw new OutsideError(`${path} leads out of ${root}`);
    for (let tries = 0; tries < TRIES; tries++) {
      if (before.size > BigInt(limit)) throw new UnsteadyError(`it is larger than ${limit / 1024 / 1024} MiB`);
      const bytes = await readOpen(descriptor, Number(before.size), slices);
      const after = fstatSync(descriptor, { bigint: true });
      const isSteady = stampOf(before).text === stampOf(after).text && bytes.length === Number(after.size);
      if (isSteady) return { bytes, stamp: stampOf(after) };
      before = after;
      await slices.turn();
    }
    throw new UnsteadyError('it is being written');
  } finally {
    closeSync(descriptor);
  }
}

/** At most `size` bytes. */
async function readOpen(descriptor: number, size: number, slices: Slices): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let length = 0;
  while (length < size) {
    const read = readSync(descriptor, bytes, length, Math.min(CHUNK, size - length), length);
    if (read === 0) break;
    length += read;
    if (length < size && slices.isOver) await slices.turn();
  }
  return bytes.subarray(0, length);
}
