/** Takes the frames of an attached connection apart into two streams, and reads on when both have room. */
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { frameHeaderBytes, parseFrameHeader } from './program/protocol.ts';

const highWaterMark = 128 * 1024;

export interface Demultiplexer {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** The last frame of the run was seen. */
  readonly ended: boolean;
  /** Reads a paused connection to its end; `rest` was read before. Another one may follow. */
  read(socket: Socket, rest: Buffer): void;
  /** Nothing more comes; what is there can still be read. */
  end(): void;
  /** Nobody reads any more. */
  close(): void;
}

export function createDemultiplexer(): Demultiplexer {
  let socket: Socket | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let ended = false;
  /** Those that have enough for now. Not by their length: a stream asks for more before it has handed out what it has. */
  const full = new Set<Readable>();
  const makeRoom = (stream: Readable): void => {
    full.delete(stream);
    if (full.size === 0) socket?.resume();
  };
  const open = (): Readable =>
    new Readable({
      highWaterMark,
      read() {
        makeRoom(this);
      },
      // What nobody reads any more has room for ever.
      destroy(error, callback) {
        callback(error);
        makeRoom(this);
      },
    });
  const stdout = open();
  const stderr = open();
  const take = (stream: Readable, payload: Buffer): void => {
    if (stream.destroyed || stream.push(payload)) return;
    full.add(stream);
    socket?.pause();
  };
  const push = (bytes: Buffer): void => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let offset = 0;
    while (rest.length - offset >= frameHeaderBytes) {
      const { stream, length } = parseFrameHeader(rest, offset);
      const end = offset + frameHeaderBytes + length;
      if (rest.length < end) break;
      const payload = rest.subarray(offset + frameHeaderBytes, end);
      offset = end;
      if (stream === 'end') ended = true;
      else take(stream === 'stdout' ? stdout : stderr, payload);
    }
    rest = rest.subarray(offset);
  };
  return {
    stdout: chunksOf(stdout),
    stderr: chunksOf(stderr),
    get ended() {
      return ended;
    },
    read(next, before) {
      socket = next;
      // What another logd did not finish to say is no beginning of what this one says.
      rest = Buffer.alloc(0);
      push(before);
      next.on('data', push);
      if (full.size === 0) next.resume();
    },
    end() {
      for (const stream of [stdout, stderr]) if (!stream.destroyed) stream.push(null);
    },
    close() {
      for (const stream of [stdout, stderr]) stream.destroy();
    },
  };
}

async function* chunksOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    // Closed under the reader's hands, by whoever let go of the output.
    if (!stream.destroyed) throw error;
  }
}
