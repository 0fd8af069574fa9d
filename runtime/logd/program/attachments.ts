/**
 * Those who see what a run writes as it is written. Bytes are passed on before anything else is made of them: prompts have no end of
 * line, and terminals speak in single keys. Whoever reads slower than the process writes holds it up, as a pipe would;
 * whoever does not read at all is cut off, so that a terminal that was left alone does not stop a container for ever.
 */
import type { Socket } from 'node:net';
import type { StreamName } from './format.ts';
import { frameHeader, type FrameStream } from './protocol.ts';

/** Bytes under way to one reader above which the process waits. */
const highWaterBytes = 256 * 1024;
/** How long a reader may take nothing at all. */
const patienceMs = 30_000;

export interface Attachments {
  /** The chunk is only valid during the call. */
  push(stream: StreamName, chunk: Buffer): void;
  /** Somebody is behind: the process has to wait until `onRoom`. */
  readonly congested: boolean;
  /** From now on until the run or the connection ends. */
  add(socket: Socket): void;
  /** The run is over: they are told. */
  end(): void;
  /** Another logd goes on: they come back to it. */
  release(): void;
}

export function createAttachments(onRoom: () => void): Attachments {
  const sockets = new Map<Socket, NodeJS.Timeout | undefined>();

  const remove = (socket: Socket): void => {
    clearTimeout(sockets.get(socket));
    if (sockets.delete(socket)) onRoom();
  };
  /** Bytes that the kernel took. */
  const taken = ({ bytesWritten, writableLength }: Socket): number => bytesWritten - writableLength;
  const watch = (socket: Socket): void => {
    const before = taken(socket);
    const look = (): void => (taken(socket) === before ? void socket.destroy() : watch(socket));
    sockets.set(socket, setTimeout(look, patienceMs));
  };
  const send = (socket: Socket, stream: FrameStream, chunk: Buffer): void => {
    socket.write(Buffer.concat([frameHeader(stream, chunk.length), chunk]));
    if (socket.writableLength > highWaterBytes && sockets.get(socket) === undefined) watch(socket);
  };
  const onDrain = (socket: Socket): void => {
    clearTimeout(sockets.get(socket));
    if (sockets.has(socket)) sockets.set(socket, undefined);
    onRoom();
  };

  return {
    get congested() {
      for (const { writableLength } of sockets.keys()) if (writableLength > highWaterBytes) return true;
      return false;
    },
    push(stream, chunk) {
      for (const socket of sockets.keys()) send(socket, stream, chunk);
    },
    add(socket) {
      sockets.set(socket, undefined);
      socket.on('drain', () => onDrain(socket));
      socket.once('close', () => remove(socket));
      socket.resume();
    },
    end() {
      for (const socket of sockets.keys()) {
        send(socket, 'end', Buffer.alloc(0));
        socket.end();
      }
    },
    release() {
      for (const socket of sockets.keys()) socket.end();
    },
  };
}
