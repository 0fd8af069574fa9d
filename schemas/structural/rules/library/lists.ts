import { EvaluationError, Optional } from '@marcbachmann/cel-js';
import { budget } from '../budget.ts';
import { partsOf, same } from '../list-kinds.ts';
import type { Library } from './library.ts';

type Ordered = number | bigint | string | boolean | Date;

/** Kubernetes' list functions, cel-go's `lists` (version 3) and its `sets`. */
export const lists: Library = {
  namespaces: { lists: 'ListsNamespace', sets: 'SetsNamespace' },
  functions: {
    'list.isSorted(): bool': (list: Ordered[]) => list.every((item, i) => i === 0 || (list[i - 1] ?? item) <= item),
    'list.sum(): dyn': sum,
    'list.min(): dyn': (list: Ordered[]) => best(list, 'min', (a, b) => a < b),
    'list.max(): dyn': (list: Ordered[]) => best(list, 'max', (a, b) => a > b),
    'list.indexOf(dyn): int': (list: unknown[], item: unknown) => BigInt(list.findIndex(isSame(list, item))),
    'list.lastIndexOf(dyn): int': (list: unknown[], item: unknown) => BigInt(list.findLastIndex(isSame(list, item))),
    'list<A>.slice(int, int): list<A>': slice,
    'list<A>.reverse(): list<A>': (list: unknown[]) => list.toReversed(),
    'list<A>.distinct(): list<A>': distinct,
    'list<A>.sort(): list<A>': (list: Ordered[]) => list.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    'list.flatten(): list<dyn>': (list: unknown[]) => flatten(list, 1n),
    'list.flatten(int): list<dyn>': flatten,
    'list.first(): optional<dyn>': (list: unknown[]) => Optional.of(list[0]),
    'list.last(): optional<dyn>': (list: unknown[]) => Optional.of(list.at(-1)),
    'ListsNamespace.range(int): list<int>': (_: object, count: bigint) => range(count),
    'SetsNamespace.contains(list, list): bool': (_: object, list: unknown[], sub: unknown[]) => contains(list, sub),
    'SetsNamespace.equivalent(list, list): bool': (_: object, a: unknown[], b: unknown[]) =>
      contains(a, b) && contains(b, a),
    'SetsNamespace.intersects(list, list): bool': (_: object, a: unknown[], b: unknown[]) => intersects(a, b),
  },
};

/** Flat lists may not be longer. */
const mostItems = 100_000;

function sum(list: readonly (number | bigint)[]): number | bigint {
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((total, item) => total + item, 0n);
  return list.reduce<number>((total, item) => total + Number(item), 0);
}

function best(list: readonly Ordered[], name: string, better: (a: Ordered, b: Ordered) => boolean): Ordered {
  const [first, ...rest] = list;
  if (first === undefined) throw new EvaluationError(`${name} called on empty list`);
  return rest.reduce((chosen, item) => (better(item, chosen) ? item : chosen), first);
}

function slice(list: readonly unknown[], start: bigint, end: bigint): readonly unknown[] {
  if (start < 0n || end < start || end > BigInt(list.length)) {
    throw new EvaluationError(
      `cannot slice(${String(start)}, ${String(end)}), list is of length ${String(list.length)}`,
    );
  }
  return list.slice(Number(start), Number(end));
}

function flatten(list: readonly unknown[], depth: bigint): readonly unknown[] {
  let flat = list;
  for (let level = 0n; level < depth && flat.some(Array.isArray); level++) {
    const length = flat.reduce<number>((total, item) => total + (Array.isArray(item) ? item.length : 1), 0);
    if (length > mostItems) throw new EvaluationError('the list is too long when it is flat');
    flat = flat.flat(1);
  }
  return flat;
}

function range(count: bigint): readonly bigint[] {
  if (count < 0n || count > 10_000n) throw new EvaluationError(`lists.range(${String(count)}) is out of bounds`);
  return Array.from({ length: Number(count) }, (_, index) => BigInt(index));
}

/** Each of one is compared with each of the other. */
function payForPairs(a: readonly unknown[], b: readonly unknown[]): void {
  budget.spendParts(Math.min(partsOf(a) * b.length, partsOf(b) * a.length));
}

function isSame(list: readonly unknown[], item: unknown): (one: unknown) => boolean {
  payForPairs(list, [item]);
  return (one) => same(one, item);
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

function distinct(list: readonly unknown[]): readonly unknown[] {
  if (list.every(isScalar)) return [...new Set(list)];
  payForPairs(list, list);
  return list.filter((item, index) => list.findIndex((one) => same(one, item)) === index);
}

function contains(list: readonly unknown[], sub: readonly unknown[]): boolean {
  const scalars = new Set(list.filter(isScalar));
  const rest = sub.filter((item) => !scalars.has(item));
  if (rest.length > 0) payForPairs(list, rest);
  return rest.every((item) => list.some((one) => same(one, item)));
}

function intersects(a: readonly unknown[], b: readonly unknown[]): boolean {
  const scalars = new Set(a.filter(isScalar));
  if (b.some((item) => scalars.has(item))) return true;
  payForPairs(a, b);
  return a.some((one) => b.some((item) => same(one, item)));
}
