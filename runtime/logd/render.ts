/** Turns records into what a process wrote, or what a person asked to see of it. */
import { headerLength } from './program/format.ts';
import { timeOf, timestampLength, visitRecords } from './records.ts';

export interface RenderOptions {
  readonly timestamps?: boolean;
  /** Only what was written there. */
  readonly stream?: 'stdout' | 'stderr' | undefined;
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

const space = 32;

export function createRenderer(options: RenderOptions): Renderer {
  const { timestamps = false, since, stream: wanted, limitBytes = Infinity } = options;
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
      // What is shown of a record is never longer than the record.
      const shown = Buffer.allocUnsafe(bytes.length);
      let length = 0;
      const restStart = visitRecords(bytes, (record) => {
        reached ||= since === undefined || timeOf(bytes, record) >= since;
        const { header, end, full, stream } = record;
        if (!reached || (wanted !== undefined && stream !== wanted)) return;
        if (timestamps && !within[stream]) {
          length += bytes.copy(shown, length, header, header + timestampLength);
          shown[length++] = space;
        }
        length += bytes.copy(shown, length, header + headerLength, full ? end + 1 : end);
        within[stream] = !full;
      });
      rest = Buffer.from(bytes.subarray(restStart));
      const kept = shown.subarray(0, Math.max(0, Math.min(length, left)));
      left -= kept.length;
      return kept.length === 0 ? undefined : kept;
    },
  };
}
