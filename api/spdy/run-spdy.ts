import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ApiLog } from '../context.ts';
import { SpdyConnection } from './connection.ts';
import type { SpdyStream } from './stream.ts';

/**
 * Speaks SPDY over a stream of bytes until the client has gone, says goodbye, or `signal` aborts. All its streams are over then, and what
 * was still to be sent is on its way: the carrier is ended, not cut off. Never rejects.
 */
export async function runSpdy(
  carrier: Duplex,
  onStream: (stream: SpdyStream) => void,
  { log, signal }: { readonly log: ApiLog; readonly signal: AbortSignal },
): Promise<void> {
  carrier.on('error', () => undefined);
  const gone = new AbortController();
  carrier.once('close', () => gone.abort());
  const stop = (): void => void carrier.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const send = async (bytes: Uint8Array): Promise<void> => {
    if (!carrier.writable || carrier.write(bytes)) return;
    await once(carrier, 'drain', { signal: gone.signal }).catch(() => undefined);
  };
  using connection = new SpdyConnection({ send, onStream });
  try {
    await connection.run(carrier);
  } catch (err) {
    if (!carrier.destroyed) log.debug({ err }, 'a client does not speak SPDY well');
  } finally {
    signal.removeEventListener('abort', stop);
    carrier.end();
  }
}
