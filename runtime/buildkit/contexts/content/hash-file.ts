/** SHA-256 of a file, together with what tells later whether it is still the same. Blocks: for threads, and for small files. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';

/** What changes when somebody writes to a file. Times in nanoseconds, to the precision of a number: a quarter of a microsecond. */
export interface Stamp {
  readonly inode: number;
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
}

export interface HashedFile extends Stamp {
  /** Hexadecimal. */
  readonly hash: string;
  /** The stamp tells: whoever finds the same again has the same content. */
  readonly settled: boolean;
}

export interface HashOptions {
  /** Milliseconds since the epoch, no later than the beginning of the work. */
  readonly now: number;
  /** Where to read into; its size is that of a read. */
  readonly buffer: Uint8Array;
  /** Asked between reads. */
  readonly isCancelled: () => boolean;
}

/** A file that is written to all the time is not hashed for ever. */
const maxTries = 3;

/** Milliseconds within which a second change may leave the times as they are. */
const tick = 100;
/** The same where times are of whole seconds, as on FAT. */
const coarseTick = 2100;

/** Undefined: it is not there (any more), or no regular file, or the work was cancelled. Throws what the operating system says. */
export function hashFile(path: string, options: HashOptions): HashedFile | undefined {
  const descriptor = openFile(path);
  if (descriptor === undefined) return undefined;
  try {
    let before = fstatSync(descriptor, { bigint: true });
    if (!before.isFile()) return undefined;
    for (let tries = 1; ; tries++) {
      const hash = hashOpen(descriptor, options);
      if (hash === undefined) return undefined;
      const after = fstatSync(descriptor, { bigint: true });
      const steady = isSame(before, after);
      if (steady || tries === maxTries)
        return { ...stampOf(after), hash, settled: steady && isOld(after, options.now) };
      before = after;
    }
  } finally {
    closeSync(descriptor);
  }
}

export function stampOf(stats: {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}): Stamp {
  return {
    inode: Number(stats.ino),
    size: Number(stats.size),
    mtime: Number(stats.mtimeNs),
    ctime: Number(stats.ctimeNs),
  };
}

/** Neither through a link, nor into a FIFO, which would hang. */
function openFile(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return undefined;
    throw error;
  }
}

function hashOpen(descriptor: number, { buffer, isCancelled }: HashOptions): string | undefined {
  const hash = createHash('sha256');
  for (let position = 0; !isCancelled();) {
    const length = readSync(descriptor, buffer, 0, buffer.length, position);
    if (length === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, length));
    position += length;
  }
  return undefined;
}

const isSame = (one: BigIntStats, other: BigIntStats): boolean =>
  one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs;

/** Only the change time counts: nobody can set it. */
function isOld({ ctimeNs }: BigIntStats, now: number): boolean {
  const window = ctimeNs % 1_000_000_000n === 0n ? coarseTick : tick;
  return Number(ctimeNs) / 1e6 < now - window;
}
