import type { WebSocket } from 'ws';

/** Milliseconds between two signs of life. */
const INTERVAL = 5_000;
/** Milliseconds without one after which the client is gone. */
const PATIENCE = 60_000;

/** What of a WebSocket shows whether somebody is there. */
export type Living = Pick<WebSocket, 'readyState' | 'OPEN' | 'isPaused' | 'ping' | 'pong' | 'terminate' | 'on'>;

/** Notices a client that is gone without a word, and lets routers on the way remember the connection. */
export function keepAlive(socket: WebSocket): void {
  const timer = setInterval(
    watchOver(socket, () => performance.now()),
    INTERVAL,
  );
  socket.once('close', () => clearInterval(timer));
}

/**
 * Answers what is to be done each few seconds. While we do not read (the process takes no input) we hear nothing, and do not answer the
 * client's pings: it is then told unasked that we live, and a client that has gone shows in that it cannot be told. `now` in milliseconds.
 */
export function watchOver(socket: Living, now: () => number): () => void {
  let heard = now();
  const hear = (): void => void (heard = now());
  socket.on('ping', hear).on('pong', hear).on('message', hear);
  return () => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.isPaused) {
      hear();
      socket.pong();
    } else if (now() - heard > PATIENCE) socket.terminate();
    else socket.ping();
  };
}
