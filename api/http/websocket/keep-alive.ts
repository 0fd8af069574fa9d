import type { WebSocket } from 'ws';

export interface KeepAliveTimes {
  /** Milliseconds between two signs of life. */
  readonly interval: number;
  /** Milliseconds without one after which the client is gone. */
  readonly patience: number;
}

const TIMES: KeepAliveTimes = { interval: 5_000, patience: 60_000 };

/**
 * Notices a client that is gone without a word, and lets routers on the way remember the connection. While we do not read (the process
 * takes no input) we hear nothing, and do not answer the client's pings: it is then told unasked that we live, and a client that has gone
 * shows in that it cannot be told.
 */
export function keepAlive(socket: WebSocket, { interval, patience } = TIMES): void {
  let heard = performance.now();
  const hear = (): void => void (heard = performance.now());
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.isPaused) {
      hear();
      socket.pong();
    } else if (performance.now() - heard > patience) socket.terminate();
    else socket.ping();
  }, interval);
  socket.on('ping', hear).on('pong', hear).on('message', hear);
  socket.once('close', () => clearInterval(timer));
}
