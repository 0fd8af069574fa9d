import { plainCell } from './columns.ts';

/** `Name:   value` lines of one thing, values below each other; what is not known is left out. */
export function fieldLines(
  fields: readonly (readonly [name: string, value: string | number | undefined])[],
  width: number,
): string {
  return fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(width + 1)} ${plainCell(value)}\n`)
    .join('');
}
