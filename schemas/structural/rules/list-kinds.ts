/**
 * Lists that are no sequences: the order of `x-kubernetes-list-type: set` and `map` does not count when they are compared, and
 * `+` unites them. The library knows sequences only, so such lists carry their kind along.
 */
import { Duration } from '@marcbachmann/cel-js/evaluator';

/** A set, or the names of the keys of a map, as rules write them. */
export type ListKind = 'set' | readonly string[];

const KIND = Symbol('list kind');

type KindedList = unknown[] & { readonly [KIND]?: ListKind };

/** The list itself, which knows its kind from now on. */
export function withKind<T extends unknown[]>(list: T, kind: ListKind): T {
  return Object.defineProperty(list, KIND, { value: kind });
}

/** `==`, `!=` and `+` where a list with a kind takes part; undefined where none does, and for every other operator. */
export function byListKind(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '==':
      return hasKind(left) || hasKind(right) ? same(left, right) : undefined;
    case '!=':
      return hasKind(left) || hasKind(right) ? !same(left, right) : undefined;
    case '+':
      return Array.isArray(left) && Array.isArray(right) ? union(left, right) : undefined;
    default:
      return undefined;
  }
}

/** Whether a list with a kind is here, or somewhere inside. */
function hasKind(value: unknown): boolean {
  if (Array.isArray(value)) return (value as KindedList)[KIND] !== undefined || value.some(hasKind);
  return value instanceof Map && value.values().some(hasKind);
}

/** What is left stays where it is; of a map, the right item wins where both have one. */
function union(left: KindedList, right: readonly unknown[]): unknown[] | undefined {
  const kind = left[KIND];
  if (kind === undefined) return undefined;
  const items = new Map(left.map((item) => [identity(kind, item), item]));
  for (const item of right) {
    const key = identity(kind, item);
    if (kind !== 'set' || !items.has(key)) items.set(key, item);
  }
  return withKind([...items.values()], kind);
}

/** Two items are the same one exactly when their identities are the same text. */
function identity(kind: ListKind, item: unknown): string {
  if (kind === 'set' || !(item instanceof Map)) return spell(item);
  return spell(kind.map((key) => (item as Map<string, unknown>).get(key) ?? null));
}

/** Items of sets, and keys of maps, are scalars or small. */
function spell(value: unknown): string {
  if (typeof value === 'bigint') return `i${String(value)}`;
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, one]) => spell(key) + spell(one))
      .sort()
      .join()}}`;
  if (Array.isArray(value)) return `[${value.map(spell).join()}]`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (value instanceof Duration) return `d${String(value.seconds)}.${String(value.nanos)}`;
  return JSON.stringify(value);
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return sameLists(a, b);
  if (a instanceof Map && b instanceof Map) return sameMaps(a, b);
  if (typeof a === 'object' || typeof a === typeof b) return spell(a) === spell(b);
  // oxlint-disable-next-line eqeqeq -- exact between an int and a double
  return isNumber(a) && isNumber(b) && a == b;
}

const isNumber = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';

function sameLists(a: KindedList, b: KindedList): boolean {
  if (a.length !== b.length) return false;
  const kind = a[KIND] ?? b[KIND];
  if (kind === undefined) return a.every((item, at) => same(item, b[at]));
  const others = new Map(b.map((item) => [identity(kind, item), item]));
  return a.every((item) => {
    const key = identity(kind, item);
    return others.has(key) && (kind === 'set' || same(item, others.get(key)));
  });
}

const sameMaps = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean =>
  a.size === b.size && [...a].every(([key, one]) => b.has(key) && same(one, b.get(key)));
