/** A terminal of a fixed width, as far as our own commands use one: text, colours, going up, and erasing. */
export interface Cell {
  readonly text: string;
  /** SGR foreground: 31 red, 34 blue, …; undefined: the terminal's own. */
  readonly colour?: number;
}

/** `ESC [ parameters letter`; those of programs we show. */
// oxlint-disable-next-line no-control-regex -- it is what such a sequence begins with
const SEQUENCE = /^\u001b\[([?\d;]*)([A-Za-z])/;

export class Screen {
  readonly #columns: number;
  readonly #lines: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #colour: number | undefined;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** Takes what a program wrote. A sequence must not be cut: give whole reads. */
  write(text: string): void {
    for (let rest = text; rest !== '';) {
      const sequence = SEQUENCE.exec(rest);
      if (sequence !== null) {
        this.#control(sequence[1] ?? '', sequence[2] ?? '');
        rest = rest.slice(sequence[0].length);
        continue;
      }
      const [character = ''] = rest;
      this.#put(character);
      rest = rest.slice(character.length);
    }
  }

  /** The last `rows` lines, each as runs of one colour. */
  runs(rows: number): readonly (readonly Cell[])[] {
    return this.#lines.slice(-rows).map((line) => {
      const runs: Cell[] = [];
      for (const { text, colour } of line) {
        const last = runs.at(-1);
        if (last !== undefined && last.colour === colour) runs[runs.length - 1] = { ...last, text: last.text + text };
        else runs.push({ text, ...(colour === undefined ? {} : { colour }) });
      }
      return runs;
    });
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#down();
    else if (character >= ' ') {
      if (this.#column === this.#columns) {
        this.#down();
        this.#column = 0;
      }
      const line = this.#lineAt(this.#row);
      while (line.length < this.#column) line.push({ text: ' ' });
      line[this.#column] = { text: character, ...(this.#colour === undefined ? {} : { colour: this.#colour }) };
      this.#column += 1;
    }
  }

  #down(): void {
    this.#row += 1;
    this.#lineAt(this.#row);
  }

  #lineAt(row: number): Cell[] {
    while (this.#lines.length <= row) this.#lines.push([]);
    return this.#lines[row] ?? [];
  }

  #control(parameters: string, letter: string): void {
    const count = Number(parameters) || 1;
    switch (letter) {
      case 'A':
        this.#row = Math.max(0, this.#row - count);
        break;
      case 'J':
        this.#lines.length = this.#row + 1;
        this.#lineAt(this.#row).length = this.#column;
        break;
      case 'K':
        this.#lineAt(this.#row).length = Math.min(this.#column, this.#lineAt(this.#row).length);
        break;
      case 'm':
        this.#colour =
          parameters
            .split(';')
            .map(Number)
            .findLast((code) => code === 0 || (code >= 30 && code <= 37)) || undefined;
        break;
      default:
    }
  }
}
