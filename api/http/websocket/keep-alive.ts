import type { WebSocket } from 'ws';

/** Milliseconds between two signs of life. */
const INTERVAL = 5_000;
/** Milliseconds without one after which the client is gone. */
const PATIENCE = 60_000;

/**
 * Notices a client that is gone without a word, and lets routers on the way remember the connection. While we do not read (the process
 * takes no input) we hear nothing, and do not answer the client's pings: it is then told unasked that we live, and a client that has gone
 * shows in that it cannot be told.
 */
export function keepAlive(socket: WebSocket): void {
  let heard = performance.now();
  const hear = (): void => void (heard = performance.now());
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.isPaused) {
      hear();
      socket.pong();
    } else if (performance.now() - heard > PATIENCE) socket.terminate();
    else socket.ping();
  }, INTERVAL);
  socket.on('ping', hear).on('pong', hear).on('message', hear);
  socket.once('close', () => clearInterval(timer));
}
