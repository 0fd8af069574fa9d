import { getTable, type Table, type TableColumn, type TableRow } from '../../../client/table.ts';
import type { Session } from '../../connect/session.ts';
import { note, print, type Io } from '../../io.ts';
import { refOf, singularOf } from '../../kinds/directory.ts';
import { layoutOf, lineOf } from '../../output/columns.ts';
import { errorLines } from '../../output/error-lines.ts';
import { createRowPrinter, type RowOptions } from '../../output/rows.ts';
import { filterOf, type Target } from '../../resources/targets.ts';
import type { Call } from '../command.ts';
import type { getFlags, GetValues } from './flags.ts';
import { allPages, eachName, settle, type Fetched } from './fetch.ts';
import { noneFound } from '../../resources/none-found.ts';

/** Rows of a kind with the columns they came with. */
interface TableOfKind extends Fetched<TableRow> {
  readonly columns: readonly TableColumn[];
}

/** Prints one table for each kind. Resolves with the exit code. */
export async function showTables(
  { flags, io }: Call<typeof getFlags>,
  session: Session,
  targets: readonly Target[],
  wide: boolean,
): Promise<number> {
  const tables = await Promise.all(targets.map((target) => fetchTable(session, target, flags)));
  const several = new Set(targets.map(({ kind }) => kind)).size > 1;
  const shown = tables.filter(({ items }) => items.length > 0);
  for (const [at, table] of shown.entries()) {
    if (at > 0) await print(io.stdout, '\n');
    const options = rowOptions(table.target, flags, { wide, several });
    await printTable(io, await sorted(table, flags['sort-by']), options, !flags['no-headers']);
  }
  const errors = tables.flatMap((table) => table.errors);
  for (const error of errors) for (const line of errorLines(error, session.where)) note(io, line);
  if (shown.length === 0 && errors.length === 0 && !flags['ignore-not-found']) note(io, noneFound(targets));
  return errors.length > 0 ? 1 : 0;
}

/** How rows of the target are to look. */
export function rowOptions(
  { kind, namespace }: Target,
  flags: GetValues,
  { wide, several }: { readonly wide: boolean; readonly several: boolean },
): RowOptions {
  return {
    wide,
    showLabels: flags['show-labels'],
    labelColumns: flags['label-columns'],
    namespaces: namespace === undefined && kind.scope === 'Namespaced',
    prefix: several ? `${singularOf(kind)}/` : '',
  };
}

async function fetchTable(session: Session, target: Target, flags: GetValues): Promise<TableOfKind> {
  let columns: readonly TableColumn[] = [];
  const place = {
    ref: refOf(target.kind),
    location: target.kind,
    wholeObjects: flags['sort-by'] !== undefined,
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
  };
  const rowsOf = ({ columnDefinitions, rows }: Table): readonly TableRow[] => {
    if (columns.length === 0) columns = columnDefinitions;
    return rows;
  };
  const work =
    target.names.length > 0
      ? eachName(target, flags, async (name) => rowsOf(await getTable(session.client, { ...place, name })))
      : allPages(flags['chunk-size'], (page) => getTable(session.client, place, { ...filterOf(flags), ...page })).then(
          (pages) => ({ target, items: pages.flatMap(rowsOf), errors: [] }),
        );
  const fetched = await settle(target, work);
  return { ...fetched, columns };
}

async function sorted(table: TableOfKind, path: string | undefined): Promise<TableOfKind> {
  if (path === undefined) return table;
  const { sortByPath } = await import('../../output/sort-by.ts');
  return { ...table, items: sortByPath(table.items, path, ({ object }) => object) };
}

async function printTable(
  io: Io,
  { columns, items }: TableOfKind,
  options: RowOptions,
  headers: boolean,
): Promise<void> {
  const printer = createRowPrinter({ columnDefinitions: columns }, options);
  const rows = items.map((row) => printer.cells(row));
  const lines = headers ? [printer.header, ...rows] : rows;
  const layout = layoutOf(lines, { terminal: terminalWidth(io, options.wide), whole: printer.whole });
  await print(io.stdout, lines.map((row) => `${lineOf(row, layout)}\n`).join(''));
}

/** Undefined when lines may be as long as they are: in pipes, and with `-o wide`. */
export const terminalWidth = (io: Io, wide: boolean): number | undefined =>
  io.stdout.isTTY === true && !wide ? io.stdout.columns : undefined;
