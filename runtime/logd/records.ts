/** Records of a log file (see program/format.ts) as readers see them. */
import { headerLength, tagOffset } from './program/format.ts';

const newline = 10;
const fullTag = 70;
export const timestampLength = 30;
/** Where stdout and stderr differ: `o` or `e`. */
const streamOffset = 34;
const letterO = 111;

export interface LogRecord {
  /** Where its header stands, beginning with the 30 characters of time. */
  readonly header: number;
  /** Where the payload ends, and the newline stands. */
  readonly end: number;
  /** The record ends a line. */
  readonly full: boolean;
  readonly stream: 'stdout' | 'stderr';
}

/**
 * Visits the whole records in `bytes`, in order; answers where the rest (a record that is still being written) begins. What is
 * no record (torn by a crash) is left out. The visited object is only valid during the call.
 */
export function visitRecords(bytes: Buffer, visit: (record: LogRecord) => void): number {
  const record = { header: 0, end: 0, full: false, stream: 'stdout' as LogRecord['stream'] };
  let start = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    if (isRecord(bytes, start, end)) {
      record.header = start;
      record.end = end;
      record.full = bytes[start + tagOffset] === fullTag;
      record.stream = bytes[start + streamOffset] === letterO ? 'stdout' : 'stderr';
      visit(record);
    }
    start = end + 1;
  }
  return start;
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

/** The record's time as text. */
export function timeOf(bytes: Buffer, { header }: LogRecord): string {
  return bytes.toString('latin1', header, header + timestampLength);
}
