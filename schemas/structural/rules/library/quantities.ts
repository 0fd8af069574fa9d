import { EvaluationError } from '@marcbachmann/cel-js';
import { compareQuantities, isQuantity, parseQuantity, type Quantity } from '../../../values/quantity.ts';
import type { Library } from './library.ts';

const nanos = 1_000_000_000n;

/** resource.Quantity as a value of the language. */
class CelQuantity {
  readonly value: Quantity;

  constructor(value: Quantity) {
    this.value = value;
  }
}

/** Kubernetes' `quantity`. */
export const quantities: Library = {
  types: { 'kubernetes.Quantity': CelQuantity },
  functions: {
    'isQuantity(string): bool': (text: string) => isQuantity(text),
    'quantity(string): kubernetes.Quantity': read,
    'kubernetes.Quantity.sign(): int': ({ value }: CelQuantity) => sign(value.nanos),
    'kubernetes.Quantity.isInteger(): bool': ({ value }: CelQuantity) => value.nanos % nanos === 0n,
    'kubernetes.Quantity.asInteger(): int': asInteger,
    'kubernetes.Quantity.asApproximateFloat(): double': ({ value }: CelQuantity) => Number(value.nanos) / 1e9,
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool': (a: CelQuantity, b: CelQuantity) =>
      compareQuantities(a.value, b.value) > 0,
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool': (a: CelQuantity, b: CelQuantity) =>
      compareQuantities(a.value, b.value) < 0,
    'kubernetes.Quantity.compareTo(kubernetes.Quantity): int': (a: CelQuantity, b: CelQuantity) =>
      BigInt(compareQuantities(a.value, b.value)),
    'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity': (a: CelQuantity, b: CelQuantity) =>
      plus(a, b.value.nanos),
    'kubernetes.Quantity.add(int): kubernetes.Quantity': (a: CelQuantity, b: bigint) => plus(a, b * nanos),
    'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity': (a: CelQuantity, b: CelQuantity) =>
      plus(a, -b.value.nanos),
    'kubernetes.Quantity.sub(int): kubernetes.Quantity': (a: CelQuantity, b: bigint) => plus(a, -b * nanos),
  },
  operators: {
    'kubernetes.Quantity == kubernetes.Quantity': (a: CelQuantity, b: CelQuantity) =>
      compareQuantities(a.value, b.value) === 0,
  },
};

function read(text: string): CelQuantity {
  if (!isQuantity(text)) {
    throw new EvaluationError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  return new CelQuantity(parseQuantity(text));
}

function asInteger({ value }: CelQuantity): bigint {
  if (value.nanos % nanos !== 0n) throw new EvaluationError('cannot convert value to integer');
  return value.nanos / nanos;
}

const sign = (value: bigint): bigint => (value > 0n ? 1n : value < 0n ? -1n : 0n);

const plus = ({ value }: CelQuantity, more: bigint): CelQuantity =>
  new CelQuantity({ ...value, nanos: value.nanos + more });
