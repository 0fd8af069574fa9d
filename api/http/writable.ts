import type { ServerResponse } from 'node:http';

/** A reader that takes nothing at all for this long is gone, whatever its socket says. */
const PATIENCE_MS = 60_000;

/**
 * Resolves when the response takes more, or at once when it does. A reader that stopped reading loses its connection
 * after a minute, so that what waits for it does not wait for ever. Resolves too when `signal` aborts.
 */
export async function writable(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (!response.writableNeedDrain || signal.aborted || response.destroyed) return;
  const { promise, resolve: done } = Promise.withResolvers<void>();
  const resolve = (): void => done();
  const timer = setTimeout(() => response.destroy(), PATIENCE_MS);
  response.once('drain', resolve);
  response.once('close', resolve);
  signal.addEventListener('abort', resolve, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    response.off('drain', resolve);
    response.off('close', resolve);
    signal.removeEventListener('abort', resolve);
  }
}
