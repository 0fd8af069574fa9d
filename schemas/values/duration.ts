/** Go's `time.Duration` text, and the short ages that `kubectl get` prints. */

const NANOS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const MAX_NANOS = 2n ** 63n - 1n;
/** Two letters look like a mu. */
const TERM = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/gy;

/** Not a duration: the message says which text, and how one is written. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
  constructor(text: string) {
    super(`invalid duration ${JSON.stringify(text)}: write it like 30s, 5m, 1h30m or 250ms`);
  }
}

/** Nanoseconds of a duration in Go's syntax (`1h2m3.5s`, `-300ms`, `0`). Throws DurationError, also beyond 292 years. */
export function parseDurationNanos(text: string): bigint {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  if (body === '' || body.length > 100) throw new DurationError(text);
  let total = 0n;
  let end = 0;
  for (const match of body.matchAll(TERM)) {
    const [all, whole = '', fraction = '', unitName = ''] = match;
    const unit = NANOS_PER_UNIT[unitName];
    if (unit === undefined || (whole === '' && fraction === '')) throw new DurationError(text);
    total += BigInt(whole || '0') * unit;
    if (fraction !== '') total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
    end = match.index + all.length;
  }
  if (end !== body.length) throw new DurationError(text);
  if (total > MAX_NANOS) throw new DurationError(text);
  return negative ? -total : total;
}

/** Milliseconds, fractions included, of a duration in Go's syntax. Throws DurationError. */
export function parseDuration(text: string): number {
  return Number(parseDurationNanos(text)) / 1e6;
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Nanoseconds in Go's own spelling: `1h0m5s`, `1.5s`, `250ms`, `0s`. */
export function formatDurationNanos(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const n = nanos < 0n ? -nanos : nanos;
  const decimal = (unit: bigint, digits: number): string =>
    trimZeros(`${n / unit}.${(n % unit).toString().padStart(digits, '0')}`);
  if (n < 1_000n) return `${sign}${n}ns`;
  if (n < 1_000_000n) return `${sign}${decimal(1_000n, 3)}µs`;
  if (n < 1_000_000_000n) return `${sign}${decimal(1_000_000n, 6)}ms`;
  const minutes = n / 60_000_000_000n;
  const rest = n % 60_000_000_000n;
  const seconds = trimZeros(`${rest / 1_000_000_000n}.${(rest % 1_000_000_000n).toString().padStart(9, '0')}`);
  if (minutes === 0n) return `${sign}${seconds}s`;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`;
}

/** Milliseconds in Go's own spelling. */
export function formatDuration(milliseconds: number): string {
  return formatDurationNanos(BigInt(Math.round(milliseconds * 1e6)));
}

/** An age as `kubectl get` prints it: two units at most, the coarser the older (`5s`, `3m24s`, `26h`, `4d5h`, `2y30d`). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return pair(Math.trunc(hours / 24), 'd', hours % 24, 'h');
  const days = Math.trunc(hours / 24);
  if (days < 730) return `${days}d`;
  if (days < 2920) return pair(Math.trunc(days / 365), 'y', days % 365, 'd');
  return `${Math.trunc(days / 365)}y`;
}

const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;

/** The age of an RFC 3339 time; `<unknown>` where there is none, as kubectl says it. */
export function humanAge(timestamp: string | undefined | null, now: number): string {
  const then = timestamp ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then);
}
