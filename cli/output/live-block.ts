import type { TextOutput } from '../io.ts';
import { fitText, widthOf } from '../../schemas/values/text-width.ts';

/** A line of a block: what it says, and its colour as a number of SGR (`34` is blue). */
export interface BlockLine {
  readonly text: string;
  readonly colour?: number;
}

export interface LiveBlockOptions {
  readonly colours: boolean;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const UP = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const TO_LEFT = '\r';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_TO_RIGHT = '\u001b[K';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/**
 * Lines at the end of a terminal that are drawn again and again in their place. A terminal that got narrower has broken the lines that stand there into
 * several: those are counted anew before the next drawing. A terminal that does not take what is written gets no more until it did.
 */
export class LiveBlock {
  readonly #output: TextOutput;
  readonly #colours: boolean;
  #drawn: readonly BlockLine[] = [];
  #waits = false;
  #isOpen = false;

  constructor(output: TextOutput, { colours }: LiveBlockOptions) {
    this.#output = output;
    this.#colours = colours;
  }

  /** Of the terminal, now. */
  get size(): { readonly columns: number; readonly rows: number } {
    const { columns = 0, rows = 0 } = this.#output;
    return { columns: columns > 0 ? columns : DEFAULT_COLUMNS, rows: rows > 0 ? rows : DEFAULT_ROWS };
  }

  /** Lines that are wider than the terminal are cut. False: it is busy with the last drawing, nothing was drawn. */
  draw(lines: readonly BlockLine[]): boolean {
    if (this.#waits) return false;
    const { columns } = this.size;
    const fitted = lines.map((line) => ({ ...line, text: fitText(line.text, columns) }));
    const drawn = fitted.map((line) => `${this.#paint(line)}${CLEAR_TO_RIGHT}\n`).join('');
    this.#write(`${this.#isOpen ? '' : HIDE_CURSOR}${this.#back()}${drawn}${CLEAR_BELOW}`);
    this.#isOpen = true;
    this.#drawn = fitted;
    return true;
  }

  /** The last drawing, of any height: it stays. */
  finish(lines: readonly BlockLine[]): void {
    const { columns } = this.size;
    const all = lines.map((line) => `${this.#paint({ ...line, text: fitText(line.text, columns) })}\n`).join('');
    this.#write(`${this.#back()}${CLEAR_BELOW}${all}${this.#isOpen ? SHOW_CURSOR : ''}`);
    this.#drawn = [];
    this.#isOpen = false;
  }

  /** To the first line of the block, as it stands there now. */
  #back(): string {
    const { columns, rows } = this.size;
    const lines = this.#drawn.reduce((sum, { text }) => sum + Math.max(1, Math.ceil(widthOf(text) / columns)), 0);
    // what went out of sight above cannot be reached
    return `${TO_LEFT}${UP(Math.min(lines, rows - 1))}`;
  }

  #paint({ text, colour }: BlockLine): string {
    return this.#colours && colour !== undefined && text !== '' ? `\u001b[${colour}m${text}\u001b[0m` : text;
  }

  #write(text: string): void {
    if (this.#output.write(text)) return;
    this.#waits = true;
    this.#output.once('drain', () => {
      this.#waits = false;
    });
  }
}
