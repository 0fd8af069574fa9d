import type { IncomingMessage } from 'node:http';
import type { ServerOptions, WebSocket } from 'ws';
import { keepAlive } from './keep-alive.ts';
import type { PendingUpgrade } from './pending-upgrade.ts';

/** The most that one message brings: clients send 32 KiB, and a file that somebody pipes in with one write. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** Milliseconds that the client has to close its end, when all has been sent. */
const CLOSE_TIMEOUT = 10_000;
/** Milliseconds, when the server stops. */
const STOP_TIMEOUT = 1_000;
/** How a WebSocket ends: all was said, or one side goes away. */
export const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;

/**
 * Takes the connection over. The WebSocket is paused: nothing is lost until somebody listens, who resumes it. It closes with 1001 when
 * `signal` aborts. Rejects when the client has gone.
 */
export async function acceptWebSocket(
  request: IncomingMessage,
  { connectionToUpgrade, head }: PendingUpgrade,
  { subprotocol, signal }: { readonly subprotocol: string; readonly signal: AbortSignal },
): Promise<WebSocket> {
  const { WebSocketServer } = await import('ws');
  signal.throwIfAborted();
  // The types do not know of closeTimeout yet.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    closeTimeout: CLOSE_TIMEOUT,
  };
  const server = new WebSocketServer(options);
  // It is agreed on already, and `ws` takes no name with a slash in it, as kubectl's for port-forward has.
  delete request.headers['sec-websocket-protocol'];
  server.once('headers', (lines) => {
    if (subprotocol !== '') lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  });
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const gone = (): void => reject(new Error('the client went away'));
  connectionToUpgrade.once('close', gone);
  server.handleUpgrade(request, connectionToUpgrade, head, (socket) => {
    socket.pause();
    resolve(socket);
  });
  const socket = await promise;
  connectionToUpgrade.off('close', gone);
  // What is wrong with the connection closes it; who talks over it hears of that.
  socket.on('error', () => undefined);
  keepAlive(socket);
  closeWith(signal, socket);
  return socket;
}

function closeWith(signal: AbortSignal, socket: WebSocket): void {
  const stop = (): void => {
    socket.close(GOING_AWAY, 'the server is stopping');
    const timer = setTimeout(() => socket.terminate(), STOP_TIMEOUT);
    socket.once('close', () => clearTimeout(timer));
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', stop));
}
