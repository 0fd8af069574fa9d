/**
 * Reads one FIFO. `O_NONBLOCK` opens it without waiting for a writer, and keeps every read from blocking; a socket on the
 * descriptor is woken by the kernel, without a thread. There is no end before the first writer has come and gone.
 */
import { close, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { Socket } from 'node:net';

export interface FifoReader {
  /** Whether this is still the FIFO at its path, and not one that was made anew. */
  isCurrent(): boolean;
  /** Reads at once what is in the pipe, whether the consumer wants to pause or not, and notices its end. */
  readNow(): void;
  resume(): void;
  close(): void;
}

export interface FifoConsumer {
  /** The chunk is only valid during the call. False: wait for `resume`. */
  data(chunk: Buffer): boolean;
  /** The last writer is gone, or reading failed. Not called after `close`. */
  end(): void;
}

/** As much as a pipe holds. */
const chunkBytes = 64 * 1024;

/** One buffer for all FIFOs: what is read is used up before anything else is read. */
export function createReadBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(chunkBytes);
}

/** Throws an errno error when there is no FIFO at the path. */
export function openFifo(path: string, buffer: Buffer, consumer: FifoConsumer): FifoReader {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const opened = fstatSync(descriptor);
  if (!opened.isFIFO()) {
    close(descriptor);
    throw Object.assign(new Error(`${path} is not a FIFO`), { code: 'EINVAL' });
  }
  const onread = { buffer, callback: (count: number): boolean => consumer.data(buffer.subarray(0, count)) };
  const socket = new Socket({ fd: descriptor, readable: true, writable: false, onread });
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    socket.destroy();
    consumer.end();
  };
  socket.on('error', finish).on('end', finish).on('close', finish);
  socket.resume();

  return {
    isCurrent() {
      const now = statSync(path, { throwIfNoEntry: false });
      return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
    },
    readNow() {
      // What is in the pipe now is at most one chunk; more comes from a writer that is alive, and has no end.
      for (let bytes = 0; bytes < 2 * chunkBytes;) {
        const count = over ? undefined : readOrZero(descriptor, buffer);
        if (count === undefined) return;
        if (count === 0) return finish();
        consumer.data(buffer.subarray(0, count));
        bytes += count;
      }
    },
    resume: () => void socket.resume(),
    close() {
      over = true;
      socket.destroy();
    },
  };
}

/** Undefined when there is nothing yet; 0 at the end. */
function readOrZero(descriptor: number, buffer: Buffer): number | undefined {
  try {
    return readSync(descriptor, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    return 0;
  }
}
