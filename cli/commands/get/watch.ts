import { getTable, watchTable, type TableColumn, type TableRow } from '../../../client/table.ts';
import type { Session } from '../../connect/session.ts';
import { UsageError } from '../../errors.ts';
import { print, type Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import { layoutOf, lineOf, type ColumnLayout } from '../../output/columns.ts';
import type { ObjectFormat, OutputFormat } from '../../output/format.ts';
import { objectText } from '../../output/object-text.ts';
import { createRowPrinter, type RowPrinter } from '../../output/rows.ts';
import { filterOf, type Target } from '../../resources/targets.ts';
import { follow, type Change, type Source } from '../../watch/follow.ts';
import { objectSource } from '../../../client/watch/object-source.ts';
import type { Call } from '../command.ts';
import type { getFlags, GetValues } from './flags.ts';
import { namedObject } from './objects.ts';
import { rowOptions, terminalWidth } from './tables.ts';

/** `get -w`: what is there, then every change, until Ctrl-C. */
export async function watchTargets(
  call: Call<typeof getFlags>,
  session: Session,
  targets: readonly Target[],
  format: OutputFormat,
): Promise<number> {
  const [target, more] = targets;
  if (target === undefined || more !== undefined || target.names.length > 1)
    throw new UsageError('you may only watch a single kind, or a single object, at a time');
  const filter = watchFilter(target, call.flags);
  if (format.type === 'table') await watchRows(call, session, target, format.wide, filter);
  else await watchObjects(call, session, target, format, filter);
  return 0;
}

interface WatchFilter {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

function watchFilter({ namespace, names: [name] }: Target, flags: GetValues): WatchFilter {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? filterOf(flags) : { fieldSelector: `metadata.name=${name}` }),
  };
}

async function watchObjects(
  { flags, io }: Call<typeof getFlags>,
  session: Session,
  target: Target,
  format: ObjectFormat,
  filter: WatchFilter,
): Promise<void> {
  let headers = !flags['no-headers'];
  let synced = false;
  const options = { managedFields: flags['show-managed-fields'], single: true };
  for await (const change of follow(objectSource(session.client, refOf(target.kind), filter), io, io.signal)) {
    if (change.type === 'SYNCED') synced = true;
    else if (synced || !flags['watch-only']) {
      const text = await objectText([namedObject(change.item, target)], format, { ...options, headers });
      const separator = format.type === 'yaml' ? '---\n' : format.type === 'jsonpath' ? '\n' : '';
      await print(io.stdout, format.type === 'jsonpath' ? text + separator : separator + text);
      headers = false;
    }
  }
}

interface Row {
  readonly row: TableRow;
  readonly columns: readonly TableColumn[];
}

async function watchRows(
  { flags, io }: Call<typeof getFlags>,
  session: Session,
  target: Target,
  wide: boolean,
  filter: WatchFilter,
): Promise<void> {
  const lines = new WatchLines(io, target, flags, wide);
  let synced = false;
  for await (const change of follow(rowSource(session, target, filter), io, io.signal)) {
    if (change.type === 'SYNCED') {
      synced = true;
      if (!flags['watch-only']) await lines.flush();
      else lines.forget();
    } else {
      lines.add(change);
      if (synced) await lines.flush();
    }
  }
}

/** `MODIFIED` */
const LONGEST_EVENT = 8;

/** Rows as they come; the first ones decide how wide the columns are. */
class WatchLines {
  readonly #io: Io;
  readonly #target: Target;
  readonly #flags: GetValues;
  readonly #wide: boolean;
  #printer: RowPrinter | undefined;
  #layout: ColumnLayout | undefined;
  #waiting: (readonly string[])[] = [];

  constructor(io: Io, target: Target, flags: GetValues, wide: boolean) {
    this.#io = io;
    this.#target = target;
    this.#flags = flags;
    this.#wide = wide;
  }

  add(change: Exclude<Change<Row>, { type: 'SYNCED' }>): void {
    const { row, columns } = change.item;
    this.#printer ??= createRowPrinter(
      { columnDefinitions: columns },
      rowOptions(this.#target, this.#flags, { wide: this.#wide, several: false }),
    );
    const event = this.#flags['output-watch-events'] ? [change.type.padEnd(LONGEST_EVENT)] : [];
    this.#waiting.push([...event, ...this.#printer.cells(row)]);
  }

  forget(): void {
    this.#waiting = [];
  }

  async flush(): Promise<void> {
    const rows = this.#waiting;
    if (this.#printer === undefined || rows.length === 0) return;
    this.#waiting = [];
    const first = this.#layout === undefined;
    const events = this.#flags['output-watch-events'];
    const header = events ? ['EVENT', ...this.#printer.header] : this.#printer.header;
    const lines = first && !this.#flags['no-headers'] ? [header, ...rows] : rows;
    const whole = this.#printer.whole.map((at) => at + Number(events));
    const terminal = terminalWidth(this.#io, this.#wide);
    this.#layout = wider(this.#layout, layoutOf(lines, { terminal, whole }));
    const layout = this.#layout;
    await print(this.#io.stdout, lines.map((row) => `${lineOf(row, layout)}\n`).join(''));
  }
}

function wider(before: ColumnLayout | undefined, now: ColumnLayout): ColumnLayout {
  if (before === undefined) return now;
  return { gap: before.gap, widths: now.widths.map((width, at) => Math.max(width, before.widths[at] ?? 0)) };
}

function rowSource({ client }: Session, target: Target, filter: WatchFilter): Source<Row> {
  const { namespace, ...selectors } = filter;
  const place = {
    ref: refOf(target.kind),
    location: target.kind,
    ...(namespace === undefined ? {} : { namespace }),
  };
  let columns: readonly TableColumn[] = [];
  return {
    async list(signal) {
      const table = await getTable(client, place, { ...selectors, signal });
      columns = table.columnDefinitions;
      return {
        items: table.rows.map((row) => ({ row, columns })),
        resourceVersion: table.metadata.resourceVersion ?? '',
      };
    },
    async *watch(resourceVersion, signal) {
      const options = { ...selectors, resourceVersion, allowBookmarks: true, signal };
      for await (const event of watchTable(client, place, options)) {
        if (event.type === 'BOOKMARK') yield event;
        else for (const row of event.table.rows) yield { type: event.type, item: { row, columns } };
      }
    },
    keyOf: ({ row }) => `${row.object.metadata.namespace ?? ''}/${row.object.metadata.name}/${row.object.metadata.uid}`,
    versionOf: ({ row }) => row.object.metadata.resourceVersion,
  };
}
