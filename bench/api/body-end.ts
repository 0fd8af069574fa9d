/** The line end behind a chunk. */
const LINE_END = 2;

/** Tells when the body of an HTTP/1.1 answer is complete, by its length or its chunks, without keeping it. */
export class BodyEnd {
  readonly #chunked: boolean;
  /** Bytes that come before the next thing to read. */
  #skip: number;
  #line = '';
  /** What is skipped is the end. */
  #last: boolean;

  /** `head`: status line and header fields. */
  constructor(head: string) {
    this.#chunked = /^transfer-encoding: *chunked/im.test(head);
    this.#skip = this.#chunked ? 0 : Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    this.#last = !this.#chunked;
  }

  /** Takes the next piece of the body, an empty one to begin with; whether the body ends with it. */
  takes(piece: Buffer): boolean {
    for (let at = 0; ;) {
      const step = Math.min(this.#skip, piece.length - at);
      this.#skip -= step;
      at += step;
      if (this.#skip === 0 && this.#last) return true;
      if (at >= piece.length) return false;
      at = this.#readSize(piece, at);
    }
  }

  /** Reads on in the line that says how long a chunk is; none is the last one. */
  #readSize(piece: Buffer, start: number): number {
    const end = piece.indexOf('\n', start);
    this.#line += piece.toString('latin1', start, end < 0 ? piece.length : end);
    if (end < 0) return piece.length;
    const size = Number.parseInt(this.#line, 16);
    this.#line = '';
    this.#skip = size + LINE_END;
    this.#last = size === 0;
    return end + 1;
  }
}
