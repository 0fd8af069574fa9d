/** Finds where the last lines of a run begin, reading backwards from the end. */
import { open } from 'node:fs/promises';
import { segmentPath } from './files.ts';
import { endsLine } from './records.ts';

export interface LogPosition {
  readonly sequence: number;
  readonly offset: number;
}

const blockBytes = 64 * 1024;
const newline = 10;

/**
 * The position from which the segments hold exactly the last `lines` lines; undefined when they hold no more than that. A last
 * line without an end counts as one.
 */
export async function findTail(
  directory: string,
  run: number,
  sequences: readonly number[],
  lines: number,
): Promise<LogPosition | undefined> {
  const counter = { wanted: lines, atEnd: true };
  for (const sequence of sequences.toReversed()) {
    const offset = await scanSegment(segmentPath(directory, run, sequence), counter);
    if (offset !== undefined) return { sequence, offset };
  }
  return undefined;
}

interface Counter {
  /** Lines that are still to be found. */
  wanted: number;
  /** No record was seen yet. */
  atEnd: boolean;
}

/** The end of the record before the wanted lines, when it is in this file. */
async function scanSegment(path: string, counter: Counter): Promise<number | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  await using _file = file;
  let { size: position } = await file.stat();
  let tail: Buffer = Buffer.alloc(0);
  while (position > 0) {
    const length = Math.min(blockBytes, position);
    position -= length;
    const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
    const bytes = tail.length === 0 ? buffer : Buffer.concat([buffer, tail]);
    const { found, rest } = scanBlock(bytes, position === 0, counter);
    if (found !== undefined) return position + found;
    tail = bytes.subarray(0, rest);
  }
  return undefined;
}

/** Goes through the records of a block from its end; what stands before the first newline belongs to the block before. */
function scanBlock(bytes: Buffer, isFirst: boolean, counter: Counter): { found?: number; rest: number } {
  let end = bytes.lastIndexOf(newline);
  while (end >= 0) {
    const before = end === 0 ? -1 : bytes.lastIndexOf(newline, end - 1);
    if (before < 0 && !isFirst) return { rest: end + 1 };
    const full = endsLine(bytes, before + 1, end);
    if (full !== undefined) {
      // A full record, or an unfinished one at the very end, is the last of the next older line; is that one still wanted?
      const anotherLine = full || counter.atEnd;
      counter.atEnd = false;
      if (anotherLine && counter.wanted-- <= 0) return { found: end + 1, rest: 0 };
    }
    end = before;
  }
  return { rest: 0 };
}
