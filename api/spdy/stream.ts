import { Duplex } from 'node:stream';
import type { SpdyHeaders } from './headers.ts';

/** What a stream asks of its connection. */
export interface StreamWire {
  /** Resolves when more may be sent. */
  sendData(stream: number, bytes: Uint8Array, fin: boolean): Promise<void>;
  reset(stream: number): void;
  /** The reader of a stream has enough for now, or takes more again. */
  full(stream: number, isFull: boolean): void;
  gone(stream: number): void;
}

const HIGH_WATER = 128 * 1024;

/**
 * One stream that the client has opened: each side ends its half by itself, and destroying it tells the client so. A reader who has
 * enough holds up the whole connection, as SPDY's windows are something that Kubernetes' clients do not keep.
 */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #wire: StreamWire;
  #wasReset = false;

  constructor(id: number, headers: SpdyHeaders, wire: StreamWire) {
    super({ highWaterMark: HIGH_WATER, allowHalfOpen: true, emitClose: true });
    this.id = id;
    this.headers = headers;
    this.#wire = wire;
    // whoever works with a stream hears of its end by its close
    this.on('error', () => undefined);
  }

  /** From the connection: a piece that came. */
  receive(bytes: Uint8Array): void {
    if (!this.destroyed && !this.readableEnded && !this.push(bytes)) this.#wire.full(this.id, true);
  }

  /** From the connection: the client's half is over. */
  receiveEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  /** From the connection: the client, or the connection, has ended it. */
  receiveReset(): void {
    this.#wasReset = true;
    this.destroy();
  }

  override _read(): void {
    this.#wire.full(this.id, false);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    void settle(this.#wire.sendData(this.id, chunk, false), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    void settle(this.#wire.sendData(this.id, new Uint8Array(), true), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const isOver = this.readableEnded && this.writableFinished;
    if (!this.#wasReset && !isOver) this.#wire.reset(this.id);
    this.#wire.full(this.id, false);
    this.#wire.gone(this.id);
    callback(error);
  }
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
