/** Columns of text, aligned as kubectl aligns them, and fitted into narrow terminals. */
import type { JsonValue } from '../../schemas/object.ts';
import { encodeJson } from '../../schemas/text/json.ts';
import { cutText, widthOf } from '../../schemas/values/text-width.ts';

export interface ColumnLayout {
  /** Spaces between columns. */
  readonly gap: number;
  /** By column; the last one is not padded. */
  readonly widths: readonly number[];
}

const GAP = 3;
const NARROW_GAP = 2;
/** A shortened column keeps this much. */
const LEAST_WIDTH = 12;

/** Signs that would move the cursor or speak to the terminal, made visible (`^[` for ESC); a cell is one line. */
export function plainCell(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : typeof value === 'object' ? encodeJson(value) : String(value);
  const [line = ''] = text.split(/[\n\r\f]/, 1);
  return (line === text ? line : `${line}...`).replaceAll(CONTROL, caret);
}

const CONTROL = /\p{Cc}/gu;
const caret = (sign: string): string => `^${String.fromCharCode((sign.charCodeAt(0) & 0x1f) | 0x40)}`;

/**
 * Widths for rows of cells. With `terminal`, the width of one: columns move closer, and the longest (never those in
 * `whole`) are shortened as far as that helps.
 */
export function layoutOf(
  rows: readonly (readonly string[])[],
  { terminal, whole = [] }: { readonly terminal?: number | undefined; readonly whole?: readonly number[] } = {},
): ColumnLayout {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  if (terminal === undefined || total(widths, GAP) <= terminal) return { gap: GAP, widths };
  return { gap: NARROW_GAP, widths: shrink(widths, terminal, whole) };
}

function shrink(widths: readonly number[], terminal: number, whole: readonly number[]): readonly number[] {
  const shrunk = [...widths];
  for (let over = total(shrunk, NARROW_GAP) - terminal; over > 0; over = total(shrunk, NARROW_GAP) - terminal) {
    let longest = -1;
    for (const [at, width] of shrunk.entries()) {
      if (!whole.includes(at) && width > Math.max(LEAST_WIDTH, shrunk[longest] ?? 0)) longest = at;
    }
    if (longest < 0) return shrunk;
    shrunk[longest] = Math.max(LEAST_WIDTH, (shrunk[longest] ?? 0) - over);
  }
  return shrunk;
}

const total = (widths: readonly number[], gap: number): number =>
  widths.reduce((sum, width) => sum + width, gap * Math.max(0, widths.length - 1));

/** One line, without its end. */
export function lineOf(row: readonly string[], { gap, widths }: ColumnLayout): string {
  return row
    .map((cell, at) => {
      const width = widths[at] ?? 0;
      const fitted = widthOf(cell) > width ? cutText(cell, width) : cell;
      return at === row.length - 1 ? fitted : fitted + ' '.repeat(width - widthOf(fitted) + gap);
    })
    .join('');
}
