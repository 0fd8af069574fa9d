/** The `format`s that a real API server checks; unknown ones are documentation, there as here. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Check } from './checks.ts';
import { invalid, typeInvalid } from './issue.ts';
import type { StructuralSchema } from './schema.ts';

const textFormats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': isDateTime,
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDateTime(`${text}T00:00:00Z`),
  duration: (text) =>
    /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)){0,30})$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => isIPv4(text),
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  cidr: isCidr,
  uri: (text) => URL.canParse(text),
  mac: (text) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  hostname: (text) =>
    text.length <= 253 && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/i.test(text),
  email: (text) => text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text),
};

const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** Whether a text is of a format that is checked. */
export const isFormat = (format: string, text: string): boolean =>
  format === 'byte' ? isBase64(text) : Object.hasOwn(textFormats, format) && textFormats[format]?.(text) === true;

/** The check for a schema's `format`, if it is one that is checked. Integers without a format are 64 bits wide. */
export function compileFormat(schema: StructuralSchema): Check | undefined {
  const { type, format } = schema;
  if (format === 'byte') return checkBase64;
  if (type === 'integer')
    return checkRange(format !== undefined && Object.hasOwn(integerRanges, format) ? format : 'int64');
  if (format === undefined || !Object.hasOwn(textFormats, format)) return undefined;
  const accepts = textFormats[format];
  return (value, path) =>
    typeof value === 'string' && accepts?.(value) === false ? typeInvalid(path.at(), format, value) : undefined;
}

/** What stands in fields of this format may be a secret, so the message does not show it. */
const checkBase64: Check = (value, path) =>
  typeof value === 'string' && !isBase64(value)
    ? {
        path: path.at(),
        reason: 'FieldValueTypeInvalid',
        message: `Invalid value: ${path.at()} in body must be of type byte`,
      }
    : undefined;

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

function checkRange(format: string): Check {
  const [low, high] = integerRanges[format] ?? [0n, 0n];
  return (value, path) =>
    (typeof value === 'number' || typeof value === 'bigint') && (value < low || value > high)
      ? invalid(path.at(), value, `${path.at()} in body must be of type integer with format ${format}`)
      : undefined;
}

/** RFC 3339. */
function isDateTime(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,32})?([Zz]|[+-](\d\d):(\d\d))$/.exec(text);
  if (!parts) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = month < 1 || month > 12 ? 0 : new Date(Date.UTC(year, month, 0)).getUTCDate();
  const zone = parts[9] === undefined || (Number(parts[9]) < 24 && Number(parts[10]) < 60);
  return day >= 1 && day <= days && hour < 24 && minute < 60 && second <= 60 && zone;
}

function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const bits = text.slice(slash + 1);
  const family = slash < 0 ? 0 : isIP(text.slice(0, slash));
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
