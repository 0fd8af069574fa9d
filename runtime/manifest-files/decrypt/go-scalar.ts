/**
 * How SOPS writes a value when it counts it into the MAC of a file: as Go prints what Go's YAML reader made of it. Read in getsops/sops (sops.go: ToBytes)
 * and tried with it.
 */

/** Of a YAML scalar without quotes; undefined for null, which does not count. */
export function goPlain(text: string): string | undefined {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (NULLS.has(text)) return undefined;
  const time = goTime(text);
  if (time !== undefined) return time;
  const digits = text.replaceAll('_', '');
  return goInteger(digits) ?? (FLOAT.test(digits) ? goFloat(Number(digits)) : text);
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, 'True'] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, 'False'] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, 'NaN'] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, '+Inf'] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, '-Inf'] as const),
]);
const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const LONGEST = 100;

/** Decimal digits; undefined for what int64 does not hold. A leading zero is octal. */
function goInteger(text: string): string | undefined {
  const [, sign, magnitude = ''] = (text.length <= LONGEST ? INTEGER.exec(text) : null) ?? [];
  if (sign === undefined) return undefined;
  const value = BigInt(/^0[0-7]/.test(magnitude) ? `0o${magnitude.slice(1)}` : magnitude.toLowerCase());
  const signed = sign === '-' ? -value : value;
  return signed === BigInt.asIntN(64, signed) ? String(signed) : undefined;
}

/** The fewest digits that mean this number, and never an exponent. */
export function goFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e');
  if (exponent === undefined) return sign + mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt]| +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)?)?$/;

/** RFC 3339 of what YAML takes for a time. */
function goTime(text: string): string | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', separator, hour = '0', minute = '0', second = '0', fraction = '', zone] =
    match;
  // behind a T there is a zone, behind a space there is none
  if (separator !== undefined && (separator.trim() === '') !== (zone === undefined)) return undefined;
  const two = (digits: string): string => digits.padStart(2, '0');
  const isDate = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const rest = fraction.replace(/0+$/, '');
  const at = `${two(hour)}:${two(minute)}:${two(second)}${rest === '' ? '' : `.${rest}`}`;
  const offset = zone === undefined || /^[-+]00:00$/.test(zone) ? 'Z' : zone;
  return `${year}-${two(month)}-${two(day)}T${at}${offset}`;
}
