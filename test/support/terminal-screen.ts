import { EventEmitter } from 'node:events';
import { widthOf } from '../../schemas/values/text-width.ts';

const TOKENS = new RegExp(String.raw`\u001b\[\??\d*[A-Za-z]|[^]`, 'gu');

/**
 * A terminal as far as a block that redraws itself needs one: text, line ends, carriage returns, the cursor up, erasing, and breaking lines anew when its
 * size changes, as terminals do. What scrolled out is kept, but the cursor does not come there.
 */
export class TerminalScreen extends EventEmitter {
  columns: number;
  rows: number;
  readonly isTTY = true;
  /** Everything that was written. */
  written = '';
  cursorShown = true;
  /** Lines as they stand there; `joined`: it goes on from the line above. */
  #lines: { text: string; joined: boolean }[] = [{ text: '', joined: false }];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  write(chunk: string | Uint8Array): boolean {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    this.written += text;
    for (const [token] of text.matchAll(TOKENS)) this.#take(token);
    return true;
  }

  resize(columns: number, rows: number): void {
    const whole: string[] = [];
    for (const { text, joined } of this.#lines) {
      if (joined) whole[whole.length - 1] += text;
      else whole.push(text);
    }
    this.columns = columns;
    this.rows = rows;
    this.#lines = whole.flatMap((text) => {
      const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / columns)) }, (_, at) => at);
      return pieces.map((at) => ({ text: text.slice(at * columns, (at + 1) * columns), joined: at > 0 }));
    });
    this.#row = this.#lines.length - 1;
    this.#column = 0;
    this.emit('resize');
  }

  /** All that stands there, also what scrolled out, without empty lines at the end. */
  text(): string {
    return this.#lines
      .map(({ text }) => text.trimEnd())
      .join('\n')
      .trimEnd();
  }

  #take(token: string): void {
    if (token === '\n') return this.#toNextLine(false);
    if (token === '\r') {
      this.#column = 0;
      return;
    }
    if (token.startsWith('\u001b')) return this.#obey(token);
    if (this.#column + widthOf(token) > this.columns) this.#toNextLine(true);
    const line = this.#lines[this.#row];
    if (line === undefined) return;
    line.text = line.text.slice(0, this.#column).padEnd(this.#column) + token + line.text.slice(this.#column + 1);
    this.#column += token.length;
  }

  #toNextLine(joined: boolean): void {
    this.#row += 1;
    this.#column = 0;
    const next = this.#lines[this.#row];
    if (next === undefined) this.#lines.push({ text: '', joined });
    else next.joined = joined;
  }

  #obey(sequence: string): void {
    const line = this.#lines[this.#row];
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 1);
    if (sequence === '\u001b[?25l') this.cursorShown = false;
    else if (sequence === '\u001b[?25h') this.cursorShown = true;
    else if (sequence.endsWith('A')) this.#row = Math.max(0, this.#lines.length - this.rows, this.#row - count);
    else if (sequence.endsWith('K') && line !== undefined) line.text = line.text.slice(0, this.#column);
    else if (sequence === '\u001b[J' && line !== undefined) {
      line.text = line.text.slice(0, this.#column);
      this.#lines.splice(this.#row + 1);
    } else if (!sequence.endsWith('m')) throw new Error(`this terminal does not know ${JSON.stringify(sequence)}`);
  }
}
