/** The `format`s that a real API server checks; unknown ones are documentation, there as here. */
import type { Check } from './checks.ts';
import { invalid, typeInvalid } from './issue.ts';
import type { StructuralSchema } from './schema.ts';
import { formatNamed } from './text-formats.ts';

const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};
const numberFormats: ReadonlySet<string> = new Set(['float', 'double']);

/** Whether a real API server knows the format for values of this type; empty: the type is not said. */
export function isRecognizedFormat(type: string, format: string): boolean {
  switch (type) {
    case '':
    case 'string':
      return format === 'password' || formatNamed(format) !== undefined;
    case 'integer':
      return Object.hasOwn(integerRanges, format);
    case 'number':
      return numberFormats.has(format);
    default:
      return false;
  }
}

/** Whether a text is of a format that is checked. */
export const isFormat = (format: string, text: string): boolean => formatNamed(format)?.(text) === true;

/** The check for a schema's `format`, if it is one that is checked. Integers without a format are 64 bits wide. */
export function compileFormat(schema: StructuralSchema): Check | undefined {
  const { type, format } = schema;
  if (format === 'byte') return checkBase64;
  if (type === 'integer')
    return checkRange(format !== undefined && Object.hasOwn(integerRanges, format) ? format : 'int64');
  const accepts = format === undefined ? undefined : formatNamed(format);
  if (format === undefined || accepts === undefined) return undefined;
  return (value, path) =>
    typeof value === 'string' && !accepts(value) ? typeInvalid(path.at(), format, value) : undefined;
}

/** What stands in fields of this format may be a secret, so the message does not show it. */
const checkBase64: Check = (value, path) =>
  typeof value === 'string' && !isFormat('byte', value)
    ? {
        path: path.at(),
        reason: 'FieldValueTypeInvalid',
        message: `Invalid value: ${path.at()} in body must be of type byte`,
      }
    : undefined;

function checkRange(format: string): Check {
  const [low, high] = integerRanges[format] ?? [0n, 0n];
  return (value, path) =>
    (typeof value === 'number' || typeof value === 'bigint') && (value < low || value > high)
      ? invalid(path.at(), value, `${path.at()} in body must be of type integer with format ${format}`)
      : undefined;
}
