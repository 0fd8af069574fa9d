import type { WebSocket } from 'ws';

/** Bytes that may wait for a client who does not read; then whoever has more for him waits, too. */
const HIGH_WATER = 256 * 1024;
/** The most that one message carries: what clients of old expect. */
const PIECE = 32 * 1024;

/** Text or bytes: so they go out. */
export type Message = string | Uint8Array;

export interface Sender {
  /** Resolves when the client may be sent more, or has gone. */
  readonly send: (message: Message) => Promise<void>;
  /** Resolves when all has left, or the client has gone. */
  readonly flush: () => Promise<void>;
}

export function createSender(socket: WebSocket): Sender {
  let last = Promise.resolve();
  const closed = new Promise<void>((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once('close', resolve);
  });
  return {
    async send(message) {
      // Who goes on at once while the end is on its way would never let it come.
      if (socket.readyState !== socket.OPEN) return await closed;
      last = new Promise((resolve) => socket.send(message, () => resolve()));
      if (socket.bufferedAmount > HIGH_WATER) await last;
    },
    flush: () => last,
  };
}

/** Bytes in pieces that fit into a message. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
