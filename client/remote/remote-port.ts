/**
 * A connection to a port of something that runs behind an API server, over a WebSocket of its own: channel 0 has its bytes, 1 what went
 * wrong; the first message on each names the port (facts/kube-api §8). Loaded by the command that needs it alone.
 */
import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { brokenOff, openSocket, type RemoteOptions } from './open-socket.ts';

const SUBPROTOCOL = 'v5.channel.k8s.io';
const DATA = 0;
const ERROR = 1;
const CLOSE = 255;
/** The most that one message carries: what every server takes. */
const PIECE = 32 * 1024;
/** How a WebSocket ends when all was said. */
const NORMAL_CLOSURE = 1000;

/**
 * `options.path`: `/…/portforward?ports=80`. This side can end its half alone, the other one only both: what is still written after its
 * end goes nowhere, and what it has said can be read. The stream is destroyed with an error that says what went wrong, also when the
 * connection breaks off, but not before somebody reads or writes. Rejects with ApiError when the server refuses.
 */
export async function openRemotePort(options: RemoteOptions): Promise<Duplex> {
  return await openSocket(options, SUBPROTOCOL, streamOver);
}

function streamOver(socket: WebSocket): Duplex {
  // Until somebody reads nobody may listen, and an error that is not heard ends the process: it may come with the handshake.
  socket.once('open', () => socket.pause());
  const { promise: wanted, resolve: want } = Promise.withResolvers<void>();
  const closed = closeOf(socket);
  const send = async (...parts: Uint8Array[]): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    socket.send(Buffer.concat(parts), { binary: true }, (error) => resolve(!error));
    if (await promise) return;
    const failure = await closed;
    if (failure !== undefined) throw failure;
  };
  const sendPieces = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length; at += PIECE) await send(Uint8Array.of(DATA), bytes.subarray(at, at + PIECE));
  };
  const stream = new Duplex({
    allowHalfOpen: true,
    read() {
      want();
      if (socket.isPaused) socket.resume();
    },
    write: (chunk: Buffer, _encoding, callback) => void settle(sendPieces(chunk), callback),
    final: (callback) => void settle(send(Uint8Array.of(CLOSE, DATA)), callback),
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
  const end = async (): Promise<void> => {
    const [failure] = await Promise.all([closed, wanted]);
    if (failure !== undefined) stream.destroy(failure);
    else if (!stream.destroyed) stream.push(null);
  };
  void end();
  return stream;
}

/** Resolves when the connection is over, with what was wrong with that; it ends well when the server says so. */
async function closeOf(socket: WebSocket): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  socket.once('close', (code, why) => {
    const reason = why.length > 0 ? `the server closed the connection (${why.toString()})` : 'the connection broke off';
    resolve(code === NORMAL_CLOSURE ? undefined : brokenOff(reason));
  });
  return await promise;
}

async function settle(sent: Promise<void>, callback: (error?: Error | null) => void): Promise<void> {
  try {
    await sent;
  } catch (error) {
    callback(error as Error);
    return;
  }
  callback();
}
