/** gRPC's framing of messages: a byte that says whether it is compressed (never, here), four bytes of length, the message. */
import type { Http2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import { STATUS, StatusError } from './status.ts';

const HEADER = 5;
/** The largest message that we take. Builders keep to 16 MiB. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** The five bytes before a message of this many bytes. */
export function frameHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  header[0] = 0;
  header.writeUInt32BE(length, 1);
  return header;
}

/** Messages with their headers in one piece: for small ones, where a write of its own costs more than a copy. */
export function frameAll(messages: readonly Uint8Array[]): Buffer {
  const frames = Buffer.allocUnsafe(messages.reduce((total, { length }) => total + HEADER + length, 0));
  let at = 0;
  for (const message of messages) {
    frames[at] = 0;
    frames.writeUInt32BE(message.length, at + 1);
    frames.set(message, at + HEADER);
    at += HEADER + message.length;
  }
  return frames;
}

/** Cuts a byte stream into messages. A message within one chunk is a view of it, any other one is copied once. */
export class Unframer {
  readonly #limit: number;
  /** Start of a header that is not whole yet. */
  #header: Uint8Array = new Uint8Array(0);
  #message: Uint8Array | undefined;
  #filled = 0;

  constructor(limit: number = MAX_MESSAGE_BYTES) {
    this.#limit = limit;
  }

  /** Whether bytes of a message that is not whole are here. */
  get isAmidst(): boolean {
    return this.#message !== undefined || this.#header.length > 0;
  }

  /** The messages that this chunk completes. Throws StatusError. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#message !== undefined) {
        const part = rest.subarray(0, this.#message.length - this.#filled);
        this.#message.set(part, this.#filled);
        this.#filled += part.length;
        rest = rest.subarray(part.length);
        if (this.#filled < this.#message.length) return;
        const whole = this.#message;
        this.#message = undefined;
        yield whole;
        continue;
      }
      if (this.#header.length > 0) {
        rest = Buffer.concat([this.#header, rest]);
        this.#header = new Uint8Array(0);
      }
      if (rest.length < HEADER) {
        // A copy: the chunk may be large, and this is kept.
        this.#header = Uint8Array.from(rest);
        return;
      }
      const length = this.#lengthOf(rest);
      rest = rest.subarray(HEADER);
      if (rest.length >= length) {
        yield rest.subarray(0, length);
        rest = rest.subarray(length);
      } else {
        this.#message = new Uint8Array(length);
        this.#filled = 0;
      }
    }
  }

  #lengthOf(frame: Uint8Array): number {
    if (frame[0] !== 0) throw new StatusError(STATUS.unimplemented, 'compressed messages are not understood');
    const length = new DataView(frame.buffer, frame.byteOffset).getUint32(1);
    if (length <= this.#limit) return length;
    throw new StatusError(STATUS.resourceExhausted, `a message of ${length} bytes, ${this.#limit} are allowed`);
  }
}

/**
 * The messages of a stream, at the reader's pace. Leaving the loop leaves the stream open. Throws what the stream does, and also where Node only
 * ends it: after a reset, or when the connection is gone.
 */
export async function* messagesOf(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  const unframer = new Unframer();
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    yield* unframer.push(chunk);
  }
  const { rstCode, aborted } = stream as Partial<Http2Stream>;
  if (aborted === true || (rstCode ?? 0) !== 0) throw new StatusError(STATUS.cancelled, 'the call is gone');
  if (unframer.isAmidst) throw new StatusError(STATUS.internal, 'the stream ended in the middle of a message');
}
