/**
 * The reading end of a FIFO. Opened before there is a writer, which neither blocks nor ends anything: a pipe has no end before its
 * first writer has come and gone. The shim holds a reader too, so letting go early costs the process no SIGPIPE.
 */
import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

export interface Output extends Disposable {
  /** Until the last writer is gone, or this is disposed of. What is not asked for stays in the pipe. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Resolves when all was read, or this is disposed of. */
  readonly closed: Promise<void>;
  /** Bytes that came so far. */
  readonly received: () => number;
  /** Bytes that came and were not asked for yet. */
  readonly waiting: () => number;
}

/** Rejects with an errno error when there is no FIFO at the path. */
export async function openOutput(path: string): Promise<Output> {
  const socket = await openReader(path);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  return {
    chunks: chunksOf(socket),
    closed,
    received: () => socket.bytesRead,
    waiting: () => socket.readableLength,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Reads and forgets until the end, so that whoever fills the pipe is not held up. */
export async function discardOutput(path: string): Promise<Disposable> {
  const socket = await openReader(path);
  socket.resume();
  return { [Symbol.dispose]: () => void socket.destroy() };
}

async function openReader(path: string): Promise<Socket> {
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const socket = new Socket({ fd, readable: true, writable: false });
    // The end of a pipe is told in more than one way; all mean that no more comes.
    return socket.on('error', () => socket.destroy());
  } catch (error) {
    await promisify(close)(fd);
    throw error;
  }
}

async function* chunksOf(socket: Socket): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch (error) {
    // Closed under the reader's hands: by whoever disposed of the process, or because nothing was left to read.
    if (!socket.destroyed) throw error;
  }
}
