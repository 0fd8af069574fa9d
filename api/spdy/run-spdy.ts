import type { Duplex } from 'node:stream';
import type { ApiLog } from '../context.ts';
import { drainOf } from '../drained.ts';
import { SpdyConnection } from './connection.ts';
import type { SpdyStream } from './stream.ts';

/**
 * Speaks SPDY over a stream of bytes until the client has gone, says goodbye, or `signal` aborts. All its streams are over then, and what
 * was still to be sent is on its way: the carrier is ended, not cut off, unless `signal` aborts. Never rejects.
 */
export async function runSpdy(
  carrier: Duplex,
  onStream: (stream: SpdyStream) => void,
  { log, signal }: { readonly log: ApiLog; readonly signal: AbortSignal },
): Promise<void> {
  using connection = new SpdyConnection({ send: senderTo(carrier), onStream });
  carrier.on('error', () => undefined);
  // also when a stream holds it up, and nothing is read that would tell
  carrier.once('close', () => connection[Symbol.dispose]());
  const stop = (): void => void carrier.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    // leaving the loop must not destroy what the last words go out over
    await connection.run(carrier.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>);
  } catch (err) {
    if (!carrier.destroyed) log.debug({ err }, 'a client does not speak SPDY well');
  } finally {
    signal.removeEventListener('abort', stop);
    carrier.end();
    // its end is seen only when what the client still says is read
    carrier.resume();
  }
}

/** Resolves when more may be sent. */
function senderTo(carrier: Duplex): (bytes: Uint8Array) => Promise<void> {
  const drained = drainOf(carrier);
  return async (bytes) => {
    if (carrier.writable && !carrier.write(bytes)) await drained();
  };
}
