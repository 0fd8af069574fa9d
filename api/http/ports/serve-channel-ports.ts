/**
 * port-forward over a WebSocket as `@kubernetes/client-node` and browsers speak it: the ports stand in the query, and port i has the
 * channels 2i for its data and 2i + 1 for what went wrong. The server's first message on each is the port, two bytes, the lower one
 * first (facts/kube-api §8). One connection a port. Nothing tells the client that one of them is over: the WebSocket ends when all are.
 */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { drainOf } from '../../drained.ts';
import type { PortDialer } from '../../registry/port-dialer.ts';
import { NORMAL_CLOSURE } from '../websocket/accept.ts';
import { CLOSE, type Frames } from '../websocket/frames.ts';
import { createSender, piecesOf } from '../websocket/sender.ts';

export interface ChannelPorts {
  readonly dialer: PortDialer;
  readonly ports: readonly number[];
  readonly frames: Frames;
}

/** Resolves when all connections are over, or the client has gone; nothing is open then. Never rejects. */
export async function serveChannelPorts(socket: WebSocket, { dialer, ports, frames }: ChannelPorts): Promise<void> {
  const sender = createSender(socket);
  const gone = new AbortController();
  const left = closeOf(socket).then(() => gone.abort());
  const send = async (channel: number, bytes: Uint8Array): Promise<void> => {
    for (const piece of piecesOf(bytes)) await sender.send(frames.encode(channel, piece));
  };
  const connections = ports.map((port, index) => openPort({ port, index, dialer, send, signal: gone.signal }));
  takeMessages(socket, frames, connections);
  const over = Promise.all(connections.map(async (connection) => await (await connection).over));
  await Promise.race([left, over]);
  for (const connection of connections) (await connection).open?.stream.destroy();
  await over;
  await sender.flush();
  socket.close(NORMAL_CLOSURE);
}

/** What is wrong with the connection closes it, so nothing else is waited for: `once` of node:events rejects for that. */
async function closeOf(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.CLOSED) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

interface Connection {
  /** Absent: it could not be opened, as the client has been told. */
  readonly open?: { readonly stream: Duplex; readonly drained: () => Promise<void> };
  readonly over: Promise<void>;
}

interface Opening {
  readonly port: number;
  readonly index: number;
  readonly dialer: PortDialer;
  readonly send: (channel: number, bytes: Uint8Array) => Promise<void>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

async function openPort({ port, index, dialer, send, signal }: Opening): Promise<Connection> {
  const data = index * 2;
  const named = Uint8Array.of(port & 0xff, port >> 8);
  await Promise.all([send(data, named), send(data + 1, named)]);
  const tell = ({ message }: Error): Promise<void> =>
    send(data + 1, Buffer.from(`error forwarding port ${port}: ${message}`));
  try {
    const stream = await dialer.dial(port, signal);
    stream.on('error', () => undefined);
    const over = pump(stream, (bytes) => send(data, bytes)).catch(tell);
    return { open: { stream, drained: drainOf(stream) }, over };
  } catch (error) {
    return { over: tell(error as Error) };
  }
}

/** Rejects when it breaks off, also from here: who has gone is told nothing. */
async function pump(stream: Duplex, send: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) await send(chunk);
}

/** Hands on what the client sends, no faster than it is taken everywhere. Resumes the socket. */
function takeMessages(socket: WebSocket, frames: Frames, connections: readonly Promise<Connection>[]): void {
  // Messages that were read already still come after a pause.
  let waiting = 0;
  const taken = (): void => {
    waiting--;
    if (waiting === 0 && socket.isPaused) socket.resume();
  };
  socket.on('message', (data: RawData) => {
    const message = frames.decode(data as Buffer);
    if (message === undefined) return;
    const { channel, bytes } = message;
    const isEnd = channel === CLOSE;
    const target = isEnd ? (bytes[0] ?? 1) : channel;
    const connection = target % 2 === 0 ? connections[target / 2] : undefined;
    if (connection === undefined) return;
    waiting++;
    socket.pause();
    void give(connection, isEnd ? undefined : bytes).finally(taken);
  });
  socket.resume();
}

/** Hands bytes on, or the end; resolves when more can be taken. */
async function give(connection: Promise<Connection>, bytes: Uint8Array | undefined): Promise<void> {
  const { open } = await connection;
  if (open === undefined || !open.stream.writable) return;
  if (bytes === undefined) open.stream.end();
  else if (!open.stream.write(bytes)) await open.drained();
}
