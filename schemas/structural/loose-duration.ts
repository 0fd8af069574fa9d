import { parseDurationNanos } from '../values/duration.ts';

/** Units by the words that name them; what only begins with the last of each is that unit, too. */
const UNITS: readonly (readonly [nanos: bigint, ...names: readonly string[]])[] = [
  [1n, 'ns', 'nano'],
  [1_000n, 'us', 'µs', 'micro'],
  [1_000_000n, 'ms', 'milli'],
  [1_000_000_000n, 's', 'sec'],
  [60_000_000_000n, 'm', 'min'],
  [3_600_000_000_000n, 'h', 'hr', 'hour'],
  [86_400_000_000_000n, 'd', 'day'],
  [604_800_000_000_000n, 'w', 'wk', 'week'],
];

/** A number and a word. The word may be missing, so that no number is looked at twice, however long it is. */
const TERM = /0*(\d+)[\t\n\f\r ]*([A-Za-z\u00b5]+)?/g;
/** As many digits as an int64 can have. */
const MOST_DIGITS = 19;
const MOST = 2n ** 63n - 1n;

/**
 * Nanoseconds of a text with `format: duration`, which the API server reads more kindly than Go does: `1h30m`, `2 days`, `+1w`. What is
 * beyond 292 years wraps around, there as here. undefined: it is none.
 */
export function parseLooseDuration(text: string): bigint | undefined {
  return parseStrictly(text) ?? parseWords(text);
}

function parseStrictly(text: string): bigint | undefined {
  try {
    return parseDurationNanos(text);
  } catch {
    return undefined;
  }
}

function parseWords(text: string): bigint | undefined {
  let nanos: bigint | undefined;
  for (const [, digits = '', word] of text.matchAll(TERM)) {
    if (word === undefined) continue;
    if (digits.length > MOST_DIGITS || BigInt(digits) > MOST) return undefined;
    const unit = unitOf(word.toLowerCase());
    if (unit !== undefined) nanos = (nanos ?? 0n) + BigInt(digits) * unit;
  }
  return nanos === undefined ? undefined : BigInt.asIntN(64, nanos);
}

function unitOf(word: string): bigint | undefined {
  const unit = UNITS.find(([, ...names]) => names.includes(word) || word.startsWith(names.at(-1) ?? word));
  return unit?.[0];
}
