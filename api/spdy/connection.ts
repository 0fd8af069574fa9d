/**
 * The server's side of one SPDY/3.1 connection, as Kubernetes' clients speak it for exec, attach and port-forward: the client opens
 * streams, the server takes or refuses each. What carries the bytes (a socket, or the messages of a WebSocket) is the caller's.
 */
import {
  dataFrame,
  FRAME_TYPES,
  goAway,
  isKnownVersion,
  MAX_DATA_BYTES,
  ping,
  RESET,
  rstStream,
  synReply,
} from './frames.ts';
import { emptyHeaderBlock, HeaderReader } from './headers.ts';
import { FrameSplitter, type ControlHeader } from './split-frames.ts';
import { SpdyStream, type StreamWire } from './stream.ts';

export interface SpdyOptions {
  /** Takes bytes for the client; resolves when more may be sent. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** A stream of the client's, which is taken; who does not want it destroys it. Must not throw. */
  readonly onStream: (stream: SpdyStream) => void;
}

/** Streams of one connection at one time. */
const MAX_STREAMS = 1024;

export class SpdyConnection implements Disposable, StreamWire {
  readonly #options: SpdyOptions;
  readonly #headers = new HeaderReader();
  readonly #streams = new Map<number, SpdyStream>();
  /** Streams whose readers have enough for now. */
  readonly #full = new Set<number>();
  #hasReplied = false;
  #lastStream = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: SpdyOptions) {
    this.#options = options;
  }

  /**
   * Reads the client's bytes to their end, no faster than the readers of the streams. Resolves then, when the client says goodbye, or
   * when it is disposed of and the next bytes or their end come; rejects for what is no SPDY/3.1. All streams are over afterwards.
   */
  async run(incoming: AsyncIterable<Uint8Array>): Promise<void> {
    const splitter = new FrameSplitter();
    try {
      for await (const chunk of incoming) {
        for (const part of splitter.take(chunk)) {
          if (part.type === 'data') this.#streams.get(part.stream)?.receive(part.bytes);
          else if (part.type === 'fin') this.#streams.get(part.stream)?.receiveEnd();
          else if (part.header.kind === FRAME_TYPES.GOAWAY) return;
          else await this.#control(part.header, part.payload);
        }
        await this.#roomy();
        if (this.#closed) return;
      }
    } catch (error) {
      // not waited for: a client who does not read would hold all streams open
      void this.#send(goAway(this.#lastStream, RESET.PROTOCOL_ERROR));
      throw error;
    } finally {
      this[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of this.#streams.values()) stream.receiveReset();
    this.#streams.clear();
    this.#headers[Symbol.dispose]();
    this.#wakeUp();
  }

  async sendData(stream: number, bytes: Uint8Array, fin: boolean): Promise<void> {
    for (let at = 0; at < bytes.length; at += MAX_DATA_BYTES) {
      await this.#send(dataFrame(stream, bytes.subarray(at, at + MAX_DATA_BYTES), false));
    }
    if (fin) await this.#send(dataFrame(stream, new Uint8Array(), true));
  }

  reset(stream: number): void {
    void this.#send(rstStream(stream, RESET.CANCEL));
  }

  full(stream: number, isFull: boolean): void {
    if (isFull) this.#full.add(stream);
    else if (this.#full.delete(stream) && this.#full.size === 0) this.#wakeUp();
  }

  gone(stream: number): void {
    this.#streams.delete(stream);
  }

  async #control({ version, kind, fin }: ControlHeader, payload: Buffer): Promise<void> {
    if (!isKnownVersion(version)) throw new RangeError(`SPDY version ${version} is not spoken here`);
    if (kind === FRAME_TYPES.SYN_STREAM) await this.#open(payload, fin);
    else if (kind === FRAME_TYPES.RST_STREAM) this.#streams.get(payload.readUInt32BE(0))?.receiveReset();
    else if (kind === FRAME_TYPES.PING) await this.#send(ping(payload.readUInt32BE(0)));
    // settings, windows and further headers change nothing here
  }

  async #open(payload: Buffer, fin: boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    // read in any case: all blocks are one compressed stream
    const headers = await this.#headers.read(payload.subarray(10));
    // nobody would end a stream that is opened now
    if (this.#closed) return;
    const isNew = id % 2 === 1 && id > this.#lastStream;
    if (!isNew || this.#streams.size >= MAX_STREAMS) {
      await this.#send(rstStream(id, isNew ? RESET.REFUSED_STREAM : RESET.PROTOCOL_ERROR));
      return;
    }
    this.#lastStream = id;
    const stream = new SpdyStream(id, headers, this);
    this.#streams.set(id, stream);
    const block = emptyHeaderBlock(!this.#hasReplied);
    this.#hasReplied = true;
    await this.#send(synReply(id, block));
    this.#options.onStream(stream);
    if (fin) stream.receiveEnd();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (!this.#closed) await this.#options.send(bytes);
  }

  async #roomy(): Promise<void> {
    while (this.#full.size > 0 && !this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
