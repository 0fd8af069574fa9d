import { connect, type ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { openCall, type CallSettings, type ClientCall } from './client-call.ts';

/** An HTTP/2 connection to a gRPC server, over a stream that stands already. */
export interface GrpcConnection extends Disposable {
  /** Aborted when it is gone, or takes no more calls. */
  readonly lost: AbortSignal;
  /** Opens a call. Throws CallError when the connection is gone or the signal is aborted. */
  call(path: string, settings?: CallSettings): ClientCall;
}

const WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 8 * 1024 * 1024;

/** Takes the stream over: disposing the connection destroys it, and ends the calls on it. */
export function openConnection(duplex: Duplex): GrpcConnection {
  const lost = new AbortController();
  const session: ClientHttp2Session = connect('http://localhost', {
    createConnection: () => duplex,
    settings: { enablePush: false, initialWindowSize: WINDOW },
    maxHeaderListPairs: 1 << 16,
    maxSendHeaderBlockLength: 1 << 24,
    maxSessionMemory: 1000,
  });
  const end = (): void => lost.abort(new Error('the connection is gone'));
  session.once('connect', () => {
    if (!session.destroyed && !session.closed) session.setLocalWindowSize(CONNECTION_WINDOW);
  });
  session.once('goaway', end);
  session.on('error', end);
  session.once('close', end);
  duplex.on('error', () => duplex.destroy());
  duplex.once('close', end);
  return {
    lost: lost.signal,
    call: (path, settings = {}) => openCall(session, path, settings),
    [Symbol.dispose]: () => {
      end();
      duplex.destroy();
    },
  };
}
