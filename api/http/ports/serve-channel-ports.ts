/**
 * port-forward over a WebSocket as `@kubernetes/client-node` and browsers speak it: the ports stand in the query, and port i has the
 * channels 2i for its data and 2i + 1 for what went wrong. The server's first message on each is the port, two bytes, the lower one
 * first (facts/kube-api §8). One connection a port.
 */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { PortDialer } from '../../registry/port-dialer.ts';
import { CLOSE, type Frames } from '../websocket/frames.ts';

/** The most that one message carries. */
const PIECE = 32 * 1024;
const NORMAL = 1000;

export interface ChannelPorts {
  readonly dialer: PortDialer;
  readonly ports: readonly number[];
  readonly frames: Frames;
}

/** Resolves when all connections are over, or the client has gone. Never rejects. */
export async function serveChannelPorts(socket: WebSocket, { dialer, ports, frames }: ChannelPorts): Promise<void> {
  const send = async (channel: number, bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE) {
      await new Promise<void>((done) =>
        socket.send(frames.encode(channel, bytes.subarray(at, at + PIECE)), () => done()),
      );
    }
  };
  const gone = once(socket, 'close');
  const connections = ports.map((port, index) => open(port, index, dialer, send));
  socket.on('message', (data: RawData) => {
    const message = frames.decode(data as Buffer);
    if (message === undefined) return;
    const { channel, bytes } = message;
    const isEnd = channel === CLOSE;
    const target = isEnd ? (bytes[0] ?? 1) : channel;
    const connection = target % 2 === 0 ? connections[target / 2] : undefined;
    if (connection === undefined) return;
    socket.pause();
    void give(connection, isEnd ? undefined : bytes).finally(() => socket.isPaused && socket.resume());
  });
  socket.resume();
  const over = Promise.all(connections.map(async (connection) => await (await connection).over));
  await Promise.race([gone, over]);
  for (const connection of connections) (await connection).stream?.destroy();
  socket.close(NORMAL);
  await over;
}

interface Connection {
  /** Absent: it could not be opened, as the client has been told. */
  readonly stream?: Duplex;
  readonly over: Promise<void>;
}

async function open(
  port: number,
  index: number,
  dialer: PortDialer,
  send: (channel: number, bytes: Uint8Array) => Promise<void>,
): Promise<Connection> {
  const data = index * 2;
  const named = Uint8Array.of(port & 0xff, port >> 8);
  await Promise.all([send(data, named), send(data + 1, named)]);
  try {
    const stream = await dialer.dial(port);
    stream.on('error', () => undefined);
    return { stream, over: pump(stream, (bytes) => send(data, bytes)) };
  } catch (error) {
    await send(data + 1, Buffer.from(`error forwarding port ${port}: ${(error as Error).message}`));
    return { over: Promise.resolve() };
  }
}

async function pump(stream: Duplex, send: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) await send(chunk);
  } catch {
    // it broke off: the client sees the end
  }
}

/** Hands bytes on, or the end; resolves when more can be taken. */
async function give(connection: Promise<Connection>, bytes: Uint8Array | undefined): Promise<void> {
  const { stream } = await connection;
  if (stream === undefined || !stream.writable) return;
  if (bytes === undefined) stream.end();
  else if (!stream.write(bytes)) {
    await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
  }
}
