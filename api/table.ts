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

/** How a kind's objects become rows. */
export interface Table {
  readonly columns: readonly TableColumn[];
  /** A row's cells; `now` in milliseconds since the epoch, for ages. */
  readonly cells: (object: KubeObject, now: number) => readonly Cell[];
  /** Columns may look at `metadata.managedFields`. */
  readonly readsManagedFields: boolean;
}

const MAY_READ_MANAGED_FIELDS = /managedFields|\.\.|\*/;

type CellReader = (object: KubeObject, now: number) => Cell;

export function createTable(definition: KindDefinition): Table {
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
    cells: (object, now) => readers.map((read) => read(object, now)),
    readsManagedFields: columns.some(({ jsonPath }) => MAY_READ_MANAGED_FIELDS.test(jsonPath)),
  };
}

function readerOf(column: PrinterColumn): CellReader {
  if (column.compute !== undefined) return column.compute;
  const path = parseColumnPath(column.jsonPath);
  if (column.type === 'date') {
    const age = ageCell();
    return (object, now) => age(firstAt(path, object), now);
  }
  const { type } = column;
  return (object) => cellOf(type, firstAt(path, object));
}

/** Many objects of a list were made in the same second: a time is read once for all that stand together. */
function ageCell(): (value: unknown, now: number) => Cell {
  let text: unknown;
  let time = Number.NaN;
  return (value, now) => {
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') return '<invalid>';
    if (value !== text) {
      text = value;
      time = value === '' ? Number.NaN : Date.parse(value);
    }
    return Number.isNaN(time) ? '<unknown>' : humanDuration(now - time);
  };
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
