/** Most single answers fit. */
const FIRST_BYTES = 2048;
/** The longest UTF-8 form of a UTF-16 unit. */
const MOST_BYTES_A_UNIT = 3;

const NOTHING = Buffer.alloc(0);

/** Bytes that are written one behind the other into one piece of memory, so that a long answer is not thousands of small ones. */
export class ByteSink {
  #buffer: Buffer = NOTHING;
  #length = 0;
  /** What to begin with. */
  #bytes: number;
  #taken: Buffer = NOTHING;

  constructor(bytes = FIRST_BYTES) {
    this.#bytes = bytes;
  }

  /** Bytes that were written since the last `take`. */
  get length(): number {
    return this.#length;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#buffer.set(source, this.#length);
    this.#length += source.length;
  }

  text(text: string): void {
    if (text.length === 1) {
      this.#one(text.charCodeAt(0));
      return;
    }
    this.#reserve(text.length * MOST_BYTES_A_UNIT);
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  /** A comma or brace is put in faster here than by a call into Node. */
  #one(code: number): void {
    this.#reserve(MOST_BYTES_A_UNIT);
    if (code < 0x80) this.#buffer[this.#length++] = code;
    else this.#length += this.#buffer.write(String.fromCharCode(code), this.#length, 'utf8');
  }

  /** What stands in `source` from `start` on, with an ASCII text put in at `cut`. The text is no shorter than `start`. */
  spliced(source: Uint8Array, start: number, cut: number, text: string): void {
    this.#reserve(source.length + text.length);
    const buffer = this.#buffer;
    const begin = this.#length;
    // all of it where its end belongs, then what stands in front of the text back: copies, and no views
    const at = begin + text.length - start;
    buffer.set(source, at);
    buffer.copyWithin(begin, at + start, at + cut);
    buffer.write(text, begin + cut - start, 'latin1');
    this.#length = at + source.length;
  }

  /** All that was written; the sink begins anew. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#bytes = this.#buffer.length;
    this.#taken = this.#buffer;
    this.#buffer = NOTHING;
    this.#length = 0;
    return taken;
  }

  /** What was taken last is needed no longer: it is written over. Large new memory costs more than all that is put into it. */
  reuse(): void {
    if (this.#length === 0) this.#buffer = this.#taken;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2, this.#bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** What `write` writes, as one piece. */
export function bytesOf(write: (sink: ByteSink) => void): Uint8Array {
  const sink = new ByteSink();
  write(sink);
  return sink.take();
}
