/**
 * A connection to a port of something that runs behind an API server, over a WebSocket of its own: channel 0 has its bytes, 1 what went
 * wrong; the first message on each names the port (facts/kube-api §8). Loaded by the command that needs it alone.
 */
import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { openSocket, type RemoteOptions } from './open-socket.ts';

const SUBPROTOCOL = 'v5.channel.k8s.io';
const DATA = 0;
const ERROR = 1;
const CLOSE = 255;
/** The most that one message carries: what every server takes. */
const PIECE = 32 * 1024;

/**
 * `options.path`: `/…/portforward?ports=80`. Each side ends its half by itself; it is destroyed with an error that says what went wrong.
 * Rejects with ApiError when the server refuses.
 */
export async function openRemotePort(options: RemoteOptions): Promise<Duplex> {
  return await openSocket(options, SUBPROTOCOL, streamOver);
}

function streamOver(socket: WebSocket): Duplex {
  const send = (...parts: Uint8Array[]): Promise<void> =>
    new Promise((resolve) => socket.send(Buffer.concat(parts), { binary: true }, () => resolve()));
  const stream = new Duplex({
    allowHalfOpen: true,
    read() {
      if (socket.isPaused) socket.resume();
    },
    async write(chunk: Buffer, _encoding, callback) {
      for (let at = 0; at < chunk.length; at += PIECE) await send(Uint8Array.of(DATA), chunk.subarray(at, at + PIECE));
      callback();
    },
    async final(callback) {
      await send(Uint8Array.of(CLOSE, DATA));
      callback();
    },
    destroy(error, callback) {
      socket.terminate();
      callback(error);
    },
  });
  const named = new Set<number>();
  socket.on('message', (data: RawData) => {
    const message = data as Buffer;
    const channel = message[0] ?? CLOSE;
    const bytes = message.subarray(1);
    if (!named.has(channel)) named.add(channel);
    else if (channel === ERROR) stream.destroy(new Error(bytes.toString()));
    else if (channel === DATA && !stream.push(bytes)) socket.pause();
  });
  socket.once('close', () => stream.push(null));
  return stream;
}
