/** Text in the manner of `kubectl describe`: labels with their values beside them, blocks below, tables at the end. */
import { wrap } from '../flags/help.ts';
import { widthOf } from '../../schemas/values/text-width.ts';
import { plainCell } from './columns.ts';

export type SheetValue =
  /** Beside the label; line ends begin a new line under the first. */
  | string
  /** Each on its own line, under the first. */
  | readonly string[]
  /** A block below the label; `text` stands beside it. */
  | { readonly text?: string; readonly rows: readonly SheetRow[] }
  /** A table below the label, whose last column may take several lines. */
  | { readonly header: readonly string[]; readonly lines: readonly (readonly string[])[] };

export type SheetRow = readonly [label: string, value: SheetValue];

const GAP = 2;
/** Text is not pressed into less. */
const NARROWEST = 20;

/** `width` of the terminal; undefined: lines may be as long as they are. */
export function renderSheet(rows: readonly SheetRow[], width: number | undefined, indent = 0): string {
  const labels = Math.max(0, ...rows.map(([label]) => widthOf(label))) + 1 + GAP;
  return rows.map((row) => renderRow(row, labels, width, indent)).join('');
}

function renderRow([label, value]: SheetRow, labels: number, width: number | undefined, indent: number): string {
  const head = `${' '.repeat(indent)}${label}:`;
  const beside = (lines: readonly string[]): string => {
    const [first = '', ...more] = lines;
    const margin = ' '.repeat(indent + labels);
    return [head.padEnd(indent + labels) + first, ...more.map((line) => margin + line)]
      .map((line) => `${line.trimEnd()}\n`)
      .join('');
  };
  if (typeof value === 'string') return beside(value.split('\n').flatMap((line) => fold(line, width, indent + labels)));
  if ('header' in value) return `${head}\n${renderTable(value.header, value.lines, width, indent + GAP)}`;
  if ('rows' in value)
    return (
      (value.text === undefined ? `${head}\n` : beside([value.text])) + renderSheet(value.rows, width, indent + GAP)
    );
  return beside(value.length === 0 ? ['<none>'] : value.map((line) => visible(line)));
}

/** Control signs made visible, long text in several lines. */
function fold(text: string, width: number | undefined, indent: number): readonly string[] {
  const shown = visible(text);
  return width === undefined ? [shown] : wrap(shown, Math.max(NARROWEST, width - indent), 0).split('\n');
}

const visible = (text: string): string => plainCell(text);

function renderTable(
  header: readonly string[],
  lines: readonly (readonly string[])[],
  width: number | undefined,
  indent: number,
): string {
  const rows = [header, header.map((name) => '-'.repeat(name.length)), ...lines.map((line) => line.map(visible))];
  const widths = header.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  const last = header.length - 1;
  const before = indent + widths.slice(0, last).reduce((sum, one) => sum + one + GAP, 0);
  const narrow = width !== undefined && width - before < NARROWEST;
  return rows
    .map((row) => {
      const cells = row.slice(0, last).map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell) + GAP));
      const start = ' '.repeat(indent) + cells.join('');
      const text = row[last] ?? '';
      if (width === undefined) return start + text;
      if (narrow) return `${start.trimEnd()}\n${wrap(text, width, indent + GAP * 2)}`;
      return start + wrap(text, width, before).trimStart();
    })
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
