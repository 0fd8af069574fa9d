/**
 * Writes what is queued, one write at a time, and never gives up: what a full disk refuses is dropped, counted, and told
 * in the log itself as soon as there is room again.
 */
import type { Clock } from './clock.ts';
import { payloadBytes } from './format.ts';
import { createOutputQueue, type BufferPool, type OutputQueue } from './output-queue.ts';
import type { SegmentFile } from './segment-file.ts';

/** Above this a stream is not read on until the disk has caught up: its process waits, nothing is lost. */
const highWaterBytes = 384 * 1024;
/** A disk that refused is not asked again before. */
const retryAfterMs = 1000;
const newline = 10;

export interface Writer {
  readonly queue: OutputQueue;
  /** Starts writing what is queued. False when the reader should pause until `onRoom`. */
  wrote(): boolean;
  /** Whether streams may be read on. */
  hasRoom(): boolean;
  /** Resolves when all that is queued is in the file, or dropped; tries to tell of what was dropped. */
  finish(): Promise<void>;
}

/** `ready` resolves when the file may be used. */
export function createWriter(
  file: SegmentFile,
  ready: Promise<void>,
  pool: BufferPool,
  clock: Clock,
  onRoom: () => void,
): Writer {
  const queue = createOutputQueue(pool);
  let writing: Promise<void> | undefined;
  let dropped = 0;
  let why = '';
  let refusedAt = -Infinity;

  const refused = (error: unknown, lost: number): void => {
    const { code, message } = error as NodeJS.ErrnoException;
    why = code === 'ENOSPC' || code === 'EDQUOT' ? 'no space left on the device' : message;
    dropped += lost;
    refusedAt = clock.milliseconds();
  };
  /** Whether the file takes records again: it has taken the one that tells what it missed. */
  const tellDropped = async (): Promise<boolean> => {
    if (dropped === 0) return true;
    const text = `${clock.timestamp()} stderr F tsmoby: dropped ${dropped} bytes of output: ${why}\n`;
    try {
      await file.append(Buffer.from(text));
      dropped = 0;
      return true;
    } catch (error) {
      refused(error, 0);
      return false;
    }
  };
  const writeOne = async (records: Buffer): Promise<void> => {
    const tooEarly = dropped > 0 && clock.milliseconds() - refusedAt < retryAfterMs;
    if (tooEarly || !(await tellDropped())) {
      dropped += payloadBytes(records);
      return;
    }
    try {
      await file.append(records);
    } catch (error) {
      const kept = file.written === 0 ? 0 : records.lastIndexOf(newline, file.written - 1) + 1;
      refused(error, payloadBytes(records.subarray(kept)));
    }
  };
  const writeAll = async (): Promise<void> => {
    await ready;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await writeOne(next.bytes.subarray(0, next.length));
      pool.give(next);
      if (queue.size() < highWaterBytes / 2) onRoom();
    }
    writing = undefined;
  };

  return {
    queue,
    wrote() {
      writing ??= writeAll();
      return queue.size() < highWaterBytes;
    },
    hasRoom: () => queue.size() < highWaterBytes,
    async finish() {
      await ready;
      while (writing !== undefined || queue.size() > 0) await (writing ??= writeAll());
      await tellDropped();
      await file.close();
    },
  };
}
