/** Kubernetes' two spellings of a point in time, from and to milliseconds since the epoch. */

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** meta/v1 Time: RFC 3339 in UTC, cut to whole seconds: `2026-01-01T00:00:00Z`. */
export function formatTime(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** meta/v1 MicroTime: RFC 3339 in UTC with six digits behind the second: `2026-01-01T00:00:00.000000Z`. */
export function formatMicroTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const micros = Math.floor((milliseconds - seconds * 1000) * 1000);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

/**
 * A time as Kubernetes writes it, whatever zone or fraction it came with: in whole seconds, or with the six digits that Go's
 * readers of a MicroTime insist on. Undefined for any other text.
 */
export function respellTime(text: string, precision: 'seconds' | 'micros'): string | undefined {
  const fraction = RFC3339.exec(text)?.[7] ?? '';
  // digits are cut and not rounded, and kept out of floating point
  const milliseconds = parseTime(fraction === '' ? text : text.replace(/[.,]\d+/, ''));
  if (milliseconds === undefined) return undefined;
  const whole = formatTime(milliseconds);
  return precision === 'seconds' ? whole : `${whole.slice(0, -1)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

/** Milliseconds since the epoch of an RFC 3339 time, fractions included; undefined for any other text. */
export function parseTime(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || part(9) > 23 || part(10) > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10)) * 60_000;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() - offset + Number(`0.${match[7] ?? '0'}`) * 1000;
}

const daysInMonth = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    ? 29
    : ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0);
