import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A reader that takes nothing at all for this long is gone, whatever its socket says. */
const PATIENCE_MS = 60_000;
/** Of one piece, a reader has to take so many bytes in a millisecond once that time is over. */
const SLOWEST = 16;
/** What the kernel takes in any case. */
const SMALL_BYTES = 16 * 1024;

/** Ends an answer with its only or last bytes. A reader that does not take them loses its connection. */
export function finish(response: ServerResponse, bytes: Uint8Array): void {
  response.end(bytes);
  if (bytes.length <= SMALL_BYTES || response.writableFinished) return;
  const timer = setTimeout(() => response.destroy(), PATIENCE_MS + bytes.length / SLOWEST).unref();
  response.once('close', () => clearTimeout(timer));
}

/**
 * Resolves when the stream takes more, or at once when it does. A reader that stopped reading loses its connection
 * after a minute, so that what waits for it does not wait for ever. Resolves too when `signal` aborts.
 */
export async function writable(stream: ServerResponse | Socket, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || signal.aborted || stream.destroyed) return;
  const { promise, resolve: done } = Promise.withResolvers<void>();
  const resolve = (): void => done();
  const timer = setTimeout(() => stream.destroy(), PATIENCE_MS);
  stream.once('drain', resolve);
  stream.once('close', resolve);
  signal.addEventListener('abort', resolve, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stream.off('drain', resolve);
    stream.off('close', resolve);
    signal.removeEventListener('abort', resolve);
  }
}

/**
 * Writes, and resolves when the bytes have gone out, so that their memory can be used again; true when they have. False: the
 * reader has gone, `signal` aborts, or nothing was taken for a minute, which ends the connection.
 */
export async function flushed(response: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted || response.destroyed) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const give = (): void => resolve(false);
  const timer = setTimeout(() => response.destroy(), PATIENCE_MS);
  response.once('close', give);
  signal.addEventListener('abort', give, { once: true });
  response.write(bytes, (error) => resolve(!error));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    response.off('close', give);
    signal.removeEventListener('abort', give);
  }
}
