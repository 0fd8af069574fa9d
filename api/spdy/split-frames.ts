import { FRAME_HEADER_BYTES, readFrameHeader, type FrameHeader } from './frames.ts';

/** What bytes come to: pieces of streams as they arrive, control frames as a whole. */
export type FramePart =
  | { readonly type: 'data'; readonly stream: number; readonly bytes: Buffer }
  | { readonly type: 'fin'; readonly stream: number }
  | { readonly type: 'control'; readonly header: ControlHeader; readonly payload: Buffer };

export type ControlHeader = Extract<FrameHeader, { readonly type: 'control' }>;

/** A control frame beyond this is none of a client's. */
const MAX_CONTROL_BYTES = 16 * 1024;

/** Finds frames in bytes, however these are cut. Holds one control frame at most. */
export class FrameSplitter {
  #held: Buffer = Buffer.alloc(0);
  /** The data frame whose end has not come yet, and how much of it is missing. */
  #data: { readonly stream: number; readonly fin: boolean; left: number } | undefined;

  /** To be read to its end before the next call. Throws for a frame that is too large. */
  *take(chunk: Uint8Array): Generator<FramePart> {
    this.#held = this.#held.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#held, chunk]);
    for (;;) {
      if (this.#data !== undefined) {
        const { stream, fin } = this.#data;
        const bytes = this.#cut(this.#data.left);
        this.#data.left -= bytes.length;
        if (bytes.length > 0) yield { type: 'data', stream, bytes };
        if (this.#data.left > 0) return;
        this.#data = undefined;
        if (fin) yield { type: 'fin', stream };
      }
      if (this.#held.length < FRAME_HEADER_BYTES) return;
      const header = readFrameHeader(this.#held);
      if (header.type === 'data') {
        this.#cut(FRAME_HEADER_BYTES);
        this.#data = { stream: header.stream, fin: header.fin, left: header.length };
        continue;
      }
      if (header.length > MAX_CONTROL_BYTES) throw new RangeError('a control frame is too large');
      if (this.#held.length < FRAME_HEADER_BYTES + header.length) return;
      this.#cut(FRAME_HEADER_BYTES);
      yield { type: 'control', header, payload: this.#cut(header.length) };
    }
  }

  #cut(length: number): Buffer {
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(bytes.length);
    return bytes;
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
