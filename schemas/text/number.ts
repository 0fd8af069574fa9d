const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/**
 * The number that decimal digits stand for: a bigint where a double would print other digits and int64 holds them, a
 * double otherwise, as Kubernetes keeps numbers.
 */
export function exactInteger(digits: bigint): number | bigint {
  const approximate = Number(digits);
  if (Number.isSafeInteger(approximate) || String(approximate) === String(digits)) return approximate;
  return digits >= MIN_INT64 && digits <= MAX_INT64 ? digits : approximate;
}

/** The number that a JSON number token stands for; undefined when it is larger than any double. */
export function jsonNumber(token: string): number | bigint | undefined {
  if (/^-?\d+$/.test(token)) {
    // More digits than int64 has: a double says it as well, and a million digits cost nothing.
    return token.length > 20 ? finite(Number(token)) : exactInteger(BigInt(token));
  }
  return finite(Number(token));
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
