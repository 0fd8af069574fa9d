import type { TextOutput } from '../io.ts';
import { layoutOf, lineOf } from './columns.ts';

/** Rows of plain cells, the header first, as wide as the terminal has room for; the first column is never cut. */
export function tableText(rows: readonly (readonly string[])[], { isTTY = false, columns }: TextOutput): string {
  const layout = layoutOf(rows, { terminal: isTTY ? columns : undefined, whole: [0] });
  return rows.map((row) => `${lineOf(row, layout)}\n`).join('');
}
