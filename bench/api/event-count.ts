import { MARK } from './requests.ts';

const NEWLINE = 0x0a;
const BRACE = 0x7d;
const VERSION = '"resourceVersion":"';
/** More than one event takes. */
const TAIL_BYTES = 8192;

/** Counts the events of a watch as they come: one JSON object and a newline each, whatever the chunks are. */
export class EventCount {
  readonly #onMark: ((mark: string) => void) | undefined;
  #count = 0;
  #lastByte = 0;
  #tail: Buffer = Buffer.alloc(0);

  /** `onMark` gets the marks of the objects; one that is cut by a chunk is left out. */
  constructor(onMark: ((mark: string) => void) | undefined) {
    this.#onMark = onMark;
  }

  get count(): number {
    return this.#count;
  }

  /** The version of the last event that came whole. */
  get version(): string | undefined {
    const whole = this.#tail.subarray(0, this.#tail.lastIndexOf(NEWLINE));
    const at = whole.lastIndexOf(VERSION);
    return at < 0 ? undefined : /\d+/.exec(whole.toString('latin1', at, at + VERSION.length + 20))?.[0];
  }

  /** How many events there were, this piece included. */
  take(piece: Buffer): number {
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) {
      if ((at === 0 ? this.#lastByte : piece[at - 1]) === BRACE) this.#count++;
    }
    this.#lastByte = piece.at(-1) ?? this.#lastByte;
    this.#tail = piece.length >= TAIL_BYTES ? piece : Buffer.concat([this.#tail, piece]).subarray(-TAIL_BYTES);
    if (this.#onMark) this.#tellMarks(piece, this.#onMark);
    return this.#count;
  }

  #tellMarks(piece: Buffer, tell: (mark: string) => void): void {
    for (let at = piece.indexOf(MARK); at >= 0; at = piece.indexOf(MARK, at + 1)) {
      const start = at + MARK.length;
      const end = piece.indexOf('"', start);
      if (end > start) tell(piece.toString('latin1', start, end));
    }
  }
}
