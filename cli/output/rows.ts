/** A server's Table as lines of text. */
import type { Table, TableColumn, TableRow } from '../../client/table.ts';
import { plainCell } from './columns.ts';

export interface RowOptions {
  readonly wide: boolean;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  /** A NAMESPACE column in front. */
  readonly namespaces: boolean;
  /** `container.tsmoby.dev/` before each name. */
  readonly prefix: string;
}

/** How rows of one kind are shown; made from the columns of the first Table. */
export interface RowPrinter {
  readonly header: readonly string[];
  /** Places of the columns that are never shortened. */
  readonly whole: readonly number[];
  cells(row: TableRow): readonly string[];
}

export function createRowPrinter(
  { columnDefinitions }: Pick<Table, 'columnDefinitions'>,
  options: RowOptions,
): RowPrinter {
  const { wide, showLabels, labelColumns, namespaces, prefix } = options;
  const shown = [...columnDefinitions.entries()].filter(([, column]) => wide || column.priority === 0);
  const labelNames = labelColumns.map((key) => key.slice(key.lastIndexOf('/') + 1).toUpperCase());
  const header = [
    ...(namespaces ? ['NAMESPACE'] : []),
    ...shown.map(([, column]) => column.name.toUpperCase()),
    ...labelNames,
    ...(showLabels ? ['LABELS'] : []),
  ];
  return {
    header,
    whole: header.flatMap((_, at) => (at <= nameAt(shown, namespaces) ? [at] : [])),
    cells: (row) => [
      ...(namespaces ? [plainCell(row.object.metadata.namespace)] : []),
      ...shown.map(([at, column]) => (isName(column) ? prefix : '') + plainCell(row.cells[at])),
      ...labelColumns.map((key) => plainCell(row.object.metadata.labels?.[key])),
      ...(showLabels ? [labelsOf(row)] : []),
    ],
  };
}

const isName = ({ format, name }: TableColumn): boolean => format === 'name' && name.toLowerCase() === 'name';

const nameAt = (shown: readonly (readonly [number, TableColumn])[], namespaces: boolean): number =>
  shown.findIndex(([, column]) => isName(column)) === 0 ? Number(namespaces) : -1 + Number(namespaces);

function labelsOf({ object }: TableRow): string {
  const labels = Object.entries(object.metadata.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return labels.length === 0 ? '<none>' : labels.map(([key, value]) => `${key}=${value}`).join(',');
}
