/**
 * Turns what a process writes into CRI log records: `<time> <stream> <F|P> <bytes>\n`. F ends a line; P is a piece of a line that
 * goes on (longer than 16 KiB, or not ended yet). The header has a fixed length, so that readers need not parse it.
 */
import type { OutputQueue } from './output-queue.ts';

export type StreamName = 'stdout' | 'stderr';

/** `2026-11-24T02:47:11.123456789Z stdout F `. */
export const headerLength = 40;
/** Where F or P stands. */
export const tagOffset = 38;
/** Bytes of a line that one record holds. */
export const maxPieceBytes = 16 * 1024;

const newline = 10;
const space = 32;
const fullTag = 70;
const partialTag = 80;

export interface Formatter {
  /** Adds the records of a chunk to the queue; an unfinished line waits for its end. The chunk may be reused afterwards. */
  write(chunk: Buffer, timestamp: string): void;
  /** Adds what waits as a piece. */
  flush(timestamp: string): void;
  readonly pendingBytes: number;
}

export function createFormatter(stream: StreamName, queue: OutputQueue): Formatter {
  /** The unfinished line, always shorter than a piece. */
  let pending: Buffer | undefined;
  const header = Buffer.alloc(headerLength, ' ');
  header.write(stream, 31, 'latin1');

  const record = (tag: number, first: Buffer | undefined, chunk: Buffer, start: number, end: number): void => {
    const firstLength = first === undefined ? 0 : first.length;
    const size = headerLength + firstLength + (end - start) + 1;
    const target = queue.reserve(size);
    let at = target.length;
    const { bytes } = target;
    header[tagOffset] = tag;
    header.copy(bytes, at);
    at += headerLength;
    if (first !== undefined) at += first.copy(bytes, at);
    at += chunk.copy(bytes, at, start, end);
    bytes[at] = newline;
    target.length = at + 1;
  };

  return {
    get pendingBytes() {
      return pending === undefined ? 0 : pending.length;
    },
    write(chunk, timestamp) {
      header.write(timestamp, 0, 'latin1');
      let start = 0;
      let lineEnd = chunk.indexOf(newline);
      for (;;) {
        const end = lineEnd < 0 ? chunk.length : lineEnd;
        for (let room = roomAfter(pending); end - start > room; room = maxPieceBytes) {
          record(partialTag, pending, chunk, start, start + room);
          pending = undefined;
          start += room;
        }
        if (lineEnd < 0) break;
        record(fullTag, pending, chunk, start, end);
        pending = undefined;
        start = lineEnd + 1;
        lineEnd = chunk.indexOf(newline, start);
      }
      if (start < chunk.length) pending = joined(pending, chunk.subarray(start));
    },
    flush(timestamp) {
      if (pending === undefined) return;
      header.write(timestamp, 0, 'latin1');
      record(partialTag, undefined, pending, 0, pending.length);
      pending = undefined;
    },
  };
}

function roomAfter(pending: Buffer | undefined): number {
  return maxPieceBytes - (pending === undefined ? 0 : pending.length);
}

function joined(pending: Buffer | undefined, rest: Buffer): Buffer {
  return pending === undefined ? Buffer.from(rest) : Buffer.concat([pending, rest]);
}

/** Bytes that processes wrote, of some whole records. */
export function payloadBytes(records: Buffer): number {
  let total = 0;
  for (let start = 0; start < records.length;) {
    const found = records.indexOf(newline, start);
    const end = found < 0 ? records.length : found;
    const ended = records[start + tagOffset] === fullTag && records[start + tagOffset + 1] === space;
    total += Math.max(0, end - start - headerLength) + (ended ? 1 : 0);
    start = end + 1;
  }
  return total;
}
