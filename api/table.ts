/** meta/v1 Tables: what `kubectl get` prints, worked out by the server. */
import type { Cell, KindDefinition, PrinterColumn } from '../schemas/kind-definition.ts';
import type { KubeObject } from '../schemas/object.ts';
import { humanDuration } from '../schemas/values/duration.ts';
import { firstAt, parseColumnPath, printValue } from '../schemas/values/jsonpath.ts';

/** What a row says of its object besides the cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** meta/v1 TableColumnDefinition. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

const NAME: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among objects of its kind in its namespace.',
  jsonPath: '.metadata.name',
};

/** The kind's columns with Name in front, unless the kind puts it elsewhere. */
const columnsOf = ({ columns }: KindDefinition): readonly PrinterColumn[] =>
  columns.some(({ format }) => format === 'name') ? columns : [NAME, ...columns];

/** One cell: its JSON; or since when it ages, in milliseconds since the epoch; or what makes it when it is asked for. */
type Part = string | number | ((now: number) => Cell);

/** How a kind's objects become rows. */
export interface Table {
  readonly columns: readonly TableColumn[];
  /** What makes up a row. */
  readonly row: (object: KubeObject) => readonly Part[];
  /** A row is right for as long as its object stays as it is, and needs the object no longer. */
  readonly keepsRows: boolean;
  /** Columns may look at `metadata.managedFields`. */
  readonly readsManagedFields: boolean;
}

const MAY_READ_MANAGED_FIELDS = /managedFields|\.\.|\*/;

const tables = new WeakMap<KindDefinition, Table>();

/** The same one for the same definition. */
export function tableOf(definition: KindDefinition): Table {
  const known = tables.get(definition);
  if (known !== undefined) return known;
  const table = createTable(definition);
  tables.set(definition, table);
  return table;
}

function createTable(definition: KindDefinition): Table {
  const columns = columnsOf(definition);
  const readers = columns.map(readerOf);
  return {
    columns: columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      // of built-in kinds the server makes the age itself; for custom ones the real server says `date`
      type: definition.builtin && type === 'date' ? 'string' : type,
      format,
      description: description === '' ? name : description,
      priority,
    })),
    row: (object) => readers.map((read) => read(object)),
    keepsRows: columns.every(({ computeAt }) => computeAt === undefined),
    readsManagedFields: columns.some(({ jsonPath }) => MAY_READ_MANAGED_FIELDS.test(jsonPath)),
  };
}

/** A row's cells in JSON; `now` in milliseconds since the epoch, for ages. */
export function cellsOf(row: readonly Part[], now: number): string {
  let text = '[';
  for (const part of row) {
    if (text.length > 1) text += ',';
    if (typeof part === 'string') text += part;
    else text += typeof part === 'number' ? `"${humanDuration(now - part)}"` : JSON.stringify(part(now));
  }
  return `${text}]`;
}

function readerOf({ type, jsonPath, compute, computeAt }: PrinterColumn): (object: KubeObject) => Part {
  if (computeAt !== undefined) return (object) => (now) => computeAt(object, now);
  if (compute !== undefined) return (object) => JSON.stringify(compute(object) ?? null);
  const path = parseColumnPath(jsonPath);
  if (type === 'date') return (object) => agePart(firstAt(path, object));
  return (object) => JSON.stringify(cellOf(type, firstAt(path, object)));
}

function agePart(value: unknown): Part {
  if (value === undefined || value === null) return 'null';
  if (typeof value !== 'string') return '"<invalid>"';
  const time = value === '' ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? '"<unknown>"' : time;
}

function cellOf(type: Exclude<PrinterColumn['type'], 'date'>, value: unknown): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'string':
      return printValue(value);
  }
}
