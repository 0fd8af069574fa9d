/** The file that a run is written to now, and its rotation. */
import { close, fstat, open, read, readdir, unlink, write } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseSegmentName, segmentName } from './protocol.ts';

const newline = 10;

export interface SegmentLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface SegmentOptions extends SegmentLimits {
  readonly directory: string;
  readonly run: number;
}

/** Appends whole records; one call at a time. Calls reject with the errno error of what failed, and may be tried again. */
export interface SegmentFile {
  /** Makes the first file, so that the run can be seen before it has written anything. */
  prepare(): Promise<void>;
  /** Writes to the current file as far as its limit goes, and opens the next one there. */
  append(records: Buffer): Promise<void>;
  /** Bytes of the last `append` that did reach the file when it failed. */
  readonly written: number;
  /** For what is appended from now on; files too many go when the next one is begun. */
  limit(limits: SegmentLimits): void;
  close(): Promise<void>;
}

export function createSegmentFile(options: SegmentOptions): SegmentFile {
  let { maxBytes, maxFiles }: SegmentLimits = options;
  let descriptor: number | undefined;
  let sequence = 0;
  let size = 0;
  /** The last byte in the file is not the end of a record: a write, or an earlier logd, was cut off. */
  let torn = false;
  let written = 0;

  const openCurrent = async (): Promise<number> => {
    if (descriptor !== undefined) return descriptor;
    sequence = Math.max(sequence, await highestSequence(options));
    const opened = await openFile(join(options.directory, segmentName(options.run, sequence)));
    ({ size, torn } = opened);
    descriptor = opened.descriptor;
    return descriptor;
  };
  const rotate = async (): Promise<void> => {
    await closeCurrent();
    sequence += 1;
    await openCurrent();
    await removeOldest({ ...options, maxFiles }, sequence);
  };
  const closeCurrent = async (): Promise<void> => {
    const old = descriptor;
    descriptor = undefined;
    if (old !== undefined) await closeDescriptor(old);
  };
  const writeAll = async (bytes: Buffer): Promise<void> => {
    for (let done = 0; done < bytes.length;) {
      const count = await writeSome(await openCurrent(), bytes, done);
      done += count;
      size += count;
      torn = bytes[done - 1] !== newline;
      written += count;
    }
  };

  return {
    async prepare() {
      await openCurrent();
    },
    get written() {
      return written;
    },
    async append(records) {
      written = 0;
      await openCurrent();
      if (torn) {
        await writeAll(Buffer.from('\n'));
        written = 0;
      }
      for (let rest = records; rest.length > 0;) {
        const count = fitting(rest, maxBytes - size, size === 0);
        if (count === 0) await rotate();
        else await writeAll(rest.subarray(0, count));
        rest = rest.subarray(count);
      }
    },
    limit: (limits) => void ({ maxBytes, maxFiles } = limits),
    close: closeCurrent,
  };
}

/** How many bytes of whole records fit into `room`; at least one record when the file is empty. */
function fitting(records: Buffer, room: number, empty: boolean): number {
  if (records.length <= room) return records.length;
  const last = room <= 0 ? -1 : records.lastIndexOf(newline, room - 1);
  if (last >= 0) return last + 1;
  return empty ? records.indexOf(newline) + 1 : 0;
}

async function highestSequence({ directory, run }: SegmentOptions): Promise<number> {
  const names = await promisify(readdir)(directory);
  const segments = names.map(parseSegmentName).filter((segment) => segment?.run === run);
  return Math.max(0, ...segments.map((segment) => segment?.sequence ?? 0));
}

async function removeOldest({ directory, run, maxFiles }: SegmentOptions, sequence: number): Promise<void> {
  for (const name of await promisify(readdir)(directory)) {
    const segment = parseSegmentName(name);
    if (segment?.run !== run || segment.sequence > sequence - maxFiles) continue;
    await promisify(unlink)(join(directory, name)).catch(() => undefined);
  }
}

async function openFile(path: string): Promise<{ descriptor: number; size: number; torn: boolean }> {
  const descriptor = await promisify(open)(path, 'a+', 0o600);
  const { size } = await promisify(fstat)(descriptor);
  if (size === 0) return { descriptor, size, torn: false };
  const last = Buffer.alloc(1);
  await promisify(read)(descriptor, last, 0, 1, size - 1);
  return { descriptor, size, torn: last[0] !== newline };
}

function writeSome(descriptor: number, bytes: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, from, bytes.length - from, null, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
}

function closeDescriptor(descriptor: number): Promise<void> {
  return promisify(close)(descriptor);
}
