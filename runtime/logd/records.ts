/** Records of a log file (see program/format.ts) as readers see them. */
import { headerLength, tagOffset } from './program/format.ts';

const newline = 10;
const fullTag = 70;
const timestampLength = 30;

export interface LogRecord {
  /** Where the payload stands in the buffer that was parsed. */
  readonly start: number;
  readonly end: number;
  /** The record ends a line. */
  readonly full: boolean;
  readonly stream: 'stdout' | 'stderr';
  /** Where the record's 30 characters of time stand. */
  readonly time: number;
}

/**
 * The whole records in `bytes` from `from`, in order, and where the rest (a record that is still being written) begins. What is no
 * record (torn by a crash) is left out.
 */
export function parseRecords(
  bytes: Buffer,
  from = 0,
): { readonly records: readonly LogRecord[]; readonly rest: number } {
  const records: LogRecord[] = [];
  let start = from;
  for (let end = bytes.indexOf(newline, start); end >= 0; end = bytes.indexOf(newline, start)) {
    if (isRecord(bytes, start, end)) {
      const stream = bytes[start + 34] === 111 ? 'stdout' : 'stderr';
      records.push({
        start: start + headerLength,
        end,
        full: bytes[start + tagOffset] === fullTag,
        stream,
        time: start,
      });
    }
    start = end + 1;
  }
  return { records, rest: start };
}

/** Whether a header stands at `start`, by the characters that every one has. */
function isRecord(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= headerLength &&
    bytes[start + 10] === 84 &&
    bytes[start + timestampLength - 1] === 90 &&
    bytes[start + timestampLength] === 32 &&
    bytes[start + headerLength - 1] === 32
  );
}

/** Whether a record at `start` ends a line; for scanning backwards. Undefined: no record. */
export function endsLine(bytes: Buffer, start: number, end: number): boolean | undefined {
  return isRecord(bytes, start, end) ? bytes[start + tagOffset] === fullTag : undefined;
}

/** An RFC 3339 time as records write it, so that the two compare as text. Undefined when it is none. */
export function toRecordTime(time: string): string | undefined {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return undefined;
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}Z`;
}

export function timeOf(bytes: Buffer, record: LogRecord): string {
  return bytes.toString('latin1', record.time, record.time + timestampLength);
}
