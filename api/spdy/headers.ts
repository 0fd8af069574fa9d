import { constants, createInflate, type Inflate } from 'node:zlib';
import { DICTIONARY } from './dictionary.ts';

/** Names in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** The most that one block may hold when it is unpacked; what clients send takes some hundred bytes. */
const MAX_BLOCK_BYTES = 16 * 1024;

/** Reads the header blocks of one direction of a connection, which are one compressed stream. In order, one at a time. */
export class HeaderReader implements Disposable {
  readonly #inflate: Inflate = createInflate({
    dictionary: DICTIONARY,
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  #pieces: Buffer[] = [];
  #size = 0;
  #failure: Error | undefined;

  constructor() {
    this.#inflate.on('error', (error) => (this.#failure ??= error));
    this.#inflate.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#size += piece.length;
      if (this.#size <= MAX_BLOCK_BYTES) return;
      this.#failure ??= new RangeError('a header block is too large');
      this.#inflate.destroy();
    });
  }

  /** Rejects for what cannot be unpacked or read, and then for all that follows. */
  async read(block: Uint8Array): Promise<SpdyHeaders> {
    await new Promise<void>((resolve) => {
      this.#inflate.once('close', resolve);
      this.#inflate.write(block, () => {
        this.#inflate.off('close', resolve);
        resolve();
      });
    });
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    return parse(bytes);
  }

  [Symbol.dispose](): void {
    this.#inflate.destroy();
  }
}

function parse(bytes: Buffer): SpdyHeaders {
  let at = 0;
  const number = (): number => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > bytes.length) throw new RangeError('a header block is cut short');
    at += length;
    return bytes.toString('latin1', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left--) {
    const name = text();
    headers.set(name.toLowerCase(), text());
  }
  return headers;
}

/** No name at all. */
const EMPTY_BLOCK = Buffer.from([0, 0, 0, 0]);
/** zlib's first two bytes: deflate, no dictionary. */
const ZLIB_HEADER = Buffer.from([0x78, 0x01]);

/** A block that is not compressed (RFC 1951, 3.2.4): its length, the length's complement, the bytes. */
const stored = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, bytes.length, 0, ~bytes.length & 0xff, 0xff]), bytes]);

/**
 * The header block of an answer, which has no headers: it is sent as it is, since what is not compressed needs neither the dictionary
 * nor a state. The empty block behind it is what a sync flush leaves; Go's reader hands nothing out before it. The first of a connection
 * begins the stream.
 */
export const emptyHeaderBlock = (isFirst: boolean): Buffer =>
  Buffer.concat([isFirst ? ZLIB_HEADER : Buffer.alloc(0), stored(EMPTY_BLOCK), stored(Buffer.alloc(0))]);
