/** A place in a text. Lines and columns count from 1, the offset from 0; columns are UTF-16 units, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** `file:line:column`, or `line 3, column 5` for a text without a name. */
export function formatPosition({ line, column }: Position, file?: string): string {
  return file === undefined ? `line ${line}, column ${column}` : `${file}:${line}:${column}`;
}

/** A text that cannot be read. The message begins with the place; `problem` is the rest of it. */
export class TextError extends Error {
  override readonly name = 'TextError';
  readonly problem: string;
  readonly file: string | undefined;
  readonly position: Position | undefined;

  constructor(problem: string, place: { readonly file?: string | undefined; readonly position?: Position } = {}) {
    const where = place.position === undefined ? place.file : formatPosition(place.position, place.file);
    super(where === undefined ? problem : `${where}: ${problem}`);
    this.problem = problem;
    this.file = place.file;
    this.position = place.position;
  }
}

/** Finds line and column of offsets in one text; the line table is made at the first question. */
export class LineIndex {
  readonly #text: string;
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  at(offset: number): Position {
    const starts = (this.#starts ??= lineStarts(this.#text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1, offset };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
