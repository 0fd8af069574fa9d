import type { BenchRow } from './row.ts';

/** Rows as columns for a terminal. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ name, value, unit, note = '' }) => [name, value.toLocaleString('en'), unit, note]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((cell) => cell[column]?.length ?? 0)));
  const [first = 0, second = 0, third = 0] = widths;
  return cells
    .map(([name = '', value = '', unit = '', note = '']) =>
      `${name.padEnd(first)}  ${value.padStart(second)}  ${unit.padEnd(third)}  ${note}`.trimEnd(),
    )
    .join('\n');
}
