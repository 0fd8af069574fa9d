import { Optional } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { Library } from './library.ts';

/** Conversions of the standard library between times, texts and numbers, an optional that is none for nothing, and bytes in order. */
export const conversions: Library = {
  functions: {
    'string(google.protobuf.Timestamp): string': spellTime,
    'string(google.protobuf.Duration): string': spellDuration,
    'int(google.protobuf.Timestamp): int': (time: Date) => BigInt(Math.floor(time.getTime() / 1000)),
    'int(google.protobuf.Duration): int': (duration: Duration) =>
      duration.seconds * 1_000_000_000n + BigInt(duration.nanos),
    'OptionalNamespace.ofNonZeroValue(A): optional<A>': (_: object, value: unknown) =>
      isZero(value) ? Optional.none() : Optional.of(value),
  },
  operators: {
    'bytes < bytes': (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) < 0,
    'bytes <= bytes': (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) <= 0,
    'bytes > bytes': (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) > 0,
    'bytes >= bytes': (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) >= 0,
  },
};

/** RFC 3339 with as many digits as it takes. */
function spellTime(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/, 'Z');
}

/** Seconds with as many digits as it takes: `3600s`, `1.5s`. */
function spellDuration({ seconds, nanos }: Duration): string {
  const total = seconds * 1_000_000_000n + BigInt(nanos);
  const [sign, size] = total < 0n ? ['-', -total] : ['', total];
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${sign}${String(size / 1_000_000_000n)}${fraction === '' ? '' : `.${fraction}`}s`;
}

function isZero(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return value instanceof Duration && value.seconds === 0n && value.nanos === 0;
}
