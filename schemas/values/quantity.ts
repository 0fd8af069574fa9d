/**
 * Kubernetes' resource.Quantity: an exact number with a suffix. `500m` is 0.5, `64Mi` is 67108864, `1e3` is 1000.
 * Nothing finer than a billionth is kept (rounded away from zero, as Kubernetes does), and nothing beyond ±2^63.
 */

/** How a quantity was written, and is written back. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

export interface Quantity {
  /** The value in billionths. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** Not a quantity; the message says which text, and how one is written. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
  constructor(text: string) {
    super(`invalid quantity ${JSON.stringify(text.slice(0, 80))}: write it like 2, 0.5, 500m, 64Mi, 1Gi or 1e6`);
  }
}

const NANOS = 1_000_000_000n;
const LIMIT = (2n ** 63n - 1n) * NANOS;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,4}))?$/;

/** Reads `500m`, `64Mi`, `1.5`, `1e3`, or a bare number. Throws QuantityError. */
export function parseQuantity(value: string | number | bigint): Quantity {
  const text = String(value);
  const match = text.length <= 512 ? PATTERN.exec(text) : null;
  const [, sign, whole = '', fraction = '', binary, decimal, exponent] = match ?? [];
  if (!match || (whole === '' && fraction === '')) throw new QuantityError(text);
  const digits = BigInt(whole + fraction);
  let numerator = digits * NANOS;
  let denominator = 10n ** BigInt(fraction.length);
  if (binary !== undefined) numerator *= 1024n ** BigInt(BINARY.indexOf(binary));
  const power = decimal === undefined ? Number(exponent ?? 0) : (DECIMAL[decimal] ?? 0);
  // Far powers only ever mean "nothing" or "the limit"; bounding them keeps the numbers small.
  if (power >= 0) numerator *= 10n ** BigInt(Math.min(power, 600));
  else denominator *= 10n ** BigInt(Math.min(-power, 600));
  const magnitude = min((numerator + denominator - 1n) / denominator, LIMIT);
  const format = binary !== undefined ? 'BinarySI' : exponent !== undefined ? 'DecimalExponent' : 'DecimalSI';
  return { nanos: sign === '-' ? -magnitude : magnitude, format };
}

/** The canonical spelling: no fraction, the largest suffix that keeps the number whole (`1500m`, `1Gi`, `2k`). */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const negative = nanos < 0n;
  const magnitude = negative ? -nanos : nanos;
  const text =
    format === 'BinarySI' && magnitude >= 1024n * NANOS
      ? binaryText(ceilDivide(magnitude, NANOS))
      : decimalText(magnitude, format);
  return negative ? `-${text}` : text;
}

function binaryText(whole: bigint): string {
  let value = whole;
  let index = 0;
  while (value % 1024n === 0n && index < BINARY.length - 1) {
    value /= 1024n;
    index += 1;
  }
  return `${value}${BINARY[index] ?? ''}`;
}

function decimalText(magnitude: bigint, format: QuantityFormat): string {
  let value = magnitude;
  let power = -9;
  while (value % 1000n === 0n && power < 18) {
    value /= 1000n;
    power += 3;
  }
  if (power === 0) return String(value);
  if (format === 'DecimalExponent') return `${value}e${power}`;
  const suffix = Object.keys(DECIMAL).find((name) => DECIMAL[name] === power);
  return `${value}${suffix ?? ''}`;
}

/** Whole units, rounded up: bytes of `64Mi`. Held at 2^53 - 1, which is 8 PiB. Throws QuantityError. */
export function quantityValue(value: string | number | bigint): number {
  return saturate(ceilSigned(parseQuantity(value).nanos, NANOS));
}

/** Thousandths, rounded up: `500m` of `cpu` is 500. Held at 2^53 - 1. Throws QuantityError. */
export function quantityMillis(value: string | number | bigint): number {
  return saturate(ceilSigned(parseQuantity(value).nanos, NANOS / 1000n));
}

/** Below 0 when the first is less, 0 when both are the same amount however written, above 0 otherwise. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

/** True for what `parseQuantity` reads. */
export function isQuantity(value: unknown): value is string | number | bigint {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return false;
  try {
    parseQuantity(value);
    return true;
  } catch {
    return false;
  }
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const ceilSigned = (a: bigint, b: bigint): bigint => (a < 0n ? -ceilDivide(-a, b) : ceilDivide(a, b));
const saturate = (value: bigint): number =>
  Number(value > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : value);
