/** One entry, one line of JSON. Output of a step stands there as `text`, or as `base64` where its bytes are no UTF-8. */
import { isUtf8 } from 'node:buffer';
import type { BuildLogEntry } from '../ports/build-logs.ts';

const NEWLINE = 0x0a;

/** With the end of the line. */
export function encodeEntry(entry: BuildLogEntry): string {
  if (entry.type !== 'log') return `${JSON.stringify(entry)}\n`;
  const { data, ...rest } = entry;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const body = isUtf8(data) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
  return `${JSON.stringify({ ...rest, ...body })}\n`;
}

const TYPES: ReadonlySet<unknown> = new Set(['begin', 'step', 'progress', 'log', 'warning', 'note', 'end']);

/** Undefined for a line that nobody wrote like this: a disk may hold anything. */
export function decodeEntry(line: string): BuildLogEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || !TYPES.has(value.type)) return undefined;
  if (value.type !== 'log') return value as BuildLogEntry;
  const { text, base64, ...rest } = value as Record<string, unknown>;
  const data =
    typeof text === 'string' ? Buffer.from(text) : Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
  return { ...rest, data: new Uint8Array(data) } as BuildLogEntry;
}

/** Takes bytes as they come and gives whole lines, without their ends; what has no end yet waits for it. */
export class LineSplitter {
  #waiting: Buffer[] = [];

  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      yield (this.#waiting.length === 0 ? last : Buffer.concat([...this.#waiting, last])).toString('utf8');
      this.#waiting = [];
      start = end + 1;
    }
    // a copy: the buffer is read into again
    if (start < chunk.length) this.#waiting.push(Buffer.from(chunk.subarray(start)));
  }
}
