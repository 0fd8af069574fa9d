import type { KubeObject } from '../../schemas/object.ts';
import { parseColumnPath, printValue, valuesAt } from '../../schemas/values/jsonpath.ts';
import { UsageError } from '../errors.ts';
import { layoutOf, lineOf, plainCell } from './columns.ts';

/** `NAME:.metadata.name,IMAGE:.spec.image` as a table of the objects. Throws UsageError, JsonPathError. */
export function customColumns(objects: readonly KubeObject[], spec: string, headers: boolean): string {
  const columns = spec.split(',').map((column) => {
    const at = column.indexOf(':');
    if (at <= 0) throw new UsageError(`unexpected custom-columns spec: ${column}, expected <header>:<json-path-expr>`);
    return { header: column.slice(0, at), path: parseColumnPath(column.slice(at + 1)) };
  });
  const rows = objects.map((object) =>
    columns.map(({ path }) => {
      const values = valuesAt(path, object);
      return values.length === 0 ? '<none>' : values.map((value) => plainCell(printValue(value))).join(',');
    }),
  );
  const shown = headers ? [columns.map(({ header }) => header), ...rows] : rows;
  const layout = layoutOf(shown);
  return shown.map((row) => `${lineOf(row, layout)}\n`).join('');
}
