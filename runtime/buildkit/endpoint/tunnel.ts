import type { ClientHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { ClientCall } from '../grpc/client-call.ts';
import { Unframer } from '../grpc/frames.ts';

const HIGH_WATER = 256 * 1024;
/** Field 1, length-delimited: the bytes of a BytesMessage. */
const DATA_TAG = 0x0a;

/** A byte stream inside of a bidirectional call: each message carries the next bytes, wherever they were cut. */
export function createTunnel(call: ClientCall): Duplex {
  return new Tunnel(call);
}

class Tunnel extends Duplex {
  readonly #call: ClientCall;
  readonly #stream: ClientHttp2Stream;

  constructor(call: ClientCall) {
    super({ readableHighWaterMark: HIGH_WATER, writableHighWaterMark: HIGH_WATER });
    this.#call = call;
    this.#stream = call.stream;
    const unframer = new Unframer();
    this.#stream.on('data', (chunk: Uint8Array) => {
      try {
        for (const message of unframer.push(chunk)) this.#take(message);
      } catch (error) {
        this.destroy(error as Error);
      }
    });
    this.#stream.once('end', () => this.push(null));
    this.#stream.once('close', () => this.destroy());
  }

  #take(message: Uint8Array): void {
    const data = dataOf(message);
    if (data.length > 0 && !this.push(data)) this.#stream.pause();
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: (error?: Error) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error) => void): void {
    this.#stream.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#call.cancel();
    done(error);
  }

  /** One message for all chunks, without joining them. */
  #send(chunks: readonly Uint8Array[], done: (error?: Error) => void): void {
    const stream = this.#stream;
    // Nobody would ever call back.
    if (stream.destroyed || stream.closed || stream.writableEnded) return done(new Error('the session is closed'));
    const length = chunks.reduce((total, chunk) => total + chunk.length, 0);
    let called = false;
    const once = (error?: Error | null): void => {
      if (called) return;
      called = true;
      stream.off('close', closed);
      done(error ?? undefined);
    };
    const closed = (): void => once(new Error('the session is closed'));
    stream.once('close', closed);
    stream.cork();
    stream.write(headerOf(length));
    chunks.forEach((chunk, at) => (at === chunks.length - 1 ? stream.write(chunk, once) : stream.write(chunk)));
    stream.uncork();
  }
}

/** gRPC's five bytes, the tag, the length as a varint. */
function headerOf(length: number): Buffer {
  const varint: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) varint.push((rest % 0x80) | 0x80);
  varint.push(rest);
  const header = Buffer.alloc(5 + 1 + varint.length);
  header.writeUInt32BE(1 + varint.length + length, 1);
  header[5] = DATA_TAG;
  header.set(varint, 6);
  return header;
}

/** The bytes of a BytesMessage, as a view. */
function dataOf(message: Uint8Array): Uint8Array {
  if (message.length === 0) return message;
  if (message[0] !== DATA_TAG) throw new Error('a message of the session is none of bytes');
  let length = 0;
  let at = 1;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = message[at++];
    if (byte === undefined) throw new Error('a message of the session is cut off');
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  return message.subarray(at, at + length);
}
