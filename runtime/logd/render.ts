/** Turns records into what a process wrote, or what a person asked to see of it. */
import { parseRecords, timeOf } from './records.ts';

export interface RenderOptions {
  readonly timestamps?: boolean;
  /** In the form of records. */
  readonly since?: string | undefined;
  readonly limitBytes?: number;
}

export interface Renderer {
  /** Takes the bytes of a file in order; answers what is to be shown of them, perhaps nothing. */
  push(bytes: Buffer): Buffer | undefined;
  /** Another file begins: a record that never got its end is given up. */
  nextFile(): void;
  /** The limit is reached. */
  readonly done: boolean;
}

const lineEnd = Buffer.from('\n');

export function createRenderer({ timestamps = false, since, limitBytes = Infinity }: RenderOptions): Renderer {
  let rest: Buffer = Buffer.alloc(0);
  let left = limitBytes;
  let reached = since === undefined;
  /** The last record of this stream did not end its line. */
  const within = { stdout: false, stderr: false };

  return {
    get done() {
      return left <= 0;
    },
    nextFile() {
      rest = Buffer.alloc(0);
    },
    push(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const { records, rest: restStart } = parseRecords(bytes);
      rest = Buffer.from(bytes.subarray(restStart));
      const parts: Buffer[] = [];
      for (const record of records) {
        reached ||= since === undefined || timeOf(bytes, record) >= since;
        if (!reached) continue;
        if (timestamps && !within[record.stream]) parts.push(Buffer.from(`${timeOf(bytes, record)} `));
        parts.push(bytes.subarray(record.start, record.end));
        if (record.full) parts.push(lineEnd);
        within[record.stream] = !record.full;
      }
      if (parts.length === 0 || left <= 0) return undefined;
      const shown = Buffer.concat(parts);
      const kept = shown.length <= left ? shown : shown.subarray(0, left);
      left -= kept.length;
      return kept;
    },
  };
}
