/**
 * Lists that are no sequences: the order of `x-kubernetes-list-type: set` and `map` does not count when they are compared, and
 * `+` unites them. The library knows sequences only, so such lists carry their kind along.
 */
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { budget } from './budget.ts';

/** A set, or the names of the keys of a map, as rules write them. */
export type ListKind = 'set' | readonly string[];

/** What is known of a list or map. */
interface Mark {
  readonly kind: ListKind | undefined;
  /** A list with a kind is here, or somewhere inside. */
  readonly kinded: boolean;
  /** How many values are in it, itself included; long texts count more. */
  readonly parts: number;
}

const MARK = Symbol('mark');
const charactersPerPart = 200;

type KindedList = unknown[] & { [MARK]?: Mark };
type Marked = (KindedList | Map<unknown, unknown>) & { [MARK]?: Mark };

const isMarked = (value: unknown): value is Marked => Array.isArray(value) || value instanceof Map;

/** The list or map itself, which knows its kind and its size from now on. */
export function marked<T extends Marked>(value: T, kind?: ListKind): T {
  let parts = 1;
  let kinded = kind !== undefined;
  for (const child of value.values()) {
    if (isMarked(child)) {
      const mark = markOf(child);
      parts += mark.parts;
      kinded ||= mark.kinded;
    } else parts += partsOf(child);
  }
  value[MARK] = { kind, kinded, parts };
  return value;
}

/** What rules have made themselves is looked at when it is asked for, once. */
const markOf = (value: Marked): Mark => value[MARK] ?? (marked(value)[MARK] as Mark);

/** How much there is to compare in a value. */
export function partsOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / charactersPerPart;
  return isMarked(value) ? markOf(value).parts : 1;
}

const isKinded = (value: unknown): boolean => isMarked(value) && markOf(value).kinded;

/** `==`, `!=`, `in` and `+` where a list with a kind takes part; undefined where none does, and for every other operator. */
export function byListKind(operator: string, left: unknown, right: unknown): unknown {
  if (operator === '+') return Array.isArray(left) && Array.isArray(right) ? union(left, right) : undefined;
  if (operator === 'in') return Array.isArray(right) && isMarked(left) ? includes(right, left) : undefined;
  if (!isKinded(left) && !isKinded(right)) {
    budget.spendParts(Math.min(partsOf(left), partsOf(right)));
    return undefined;
  }
  budget.spendParts(partsOf(left) + partsOf(right));
  return same(left, right) === (operator === '==');
}

/** An item that is a list or a map itself; undefined where order counts. */
function includes(list: readonly unknown[], item: Marked): boolean | undefined {
  if (!isKinded(list) && !isKinded(item)) return undefined;
  budget.spendParts(Math.min(partsOf(list), partsOf(item) * list.length));
  return list.some((one) => same(one, item));
}

/** What is left stays where it is; of a map, the right item wins where both have one. */
function union(left: KindedList, right: readonly unknown[]): unknown[] | undefined {
  const kind = left[MARK]?.kind;
  if (kind === undefined) return undefined;
  budget.spendParts(partsOf(left) + partsOf(right));
  const items = new Map(left.map((item) => [identity(kind, item), item]));
  for (const item of right) {
    const key = identity(kind, item);
    if (kind !== 'set' || !items.has(key)) items.set(key, item);
  }
  return marked([...items.values()], kind);
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
  if (value instanceof Date) return `t${String(value.getTime())}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  // a value of a library's own type
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${String(part)}n` : part));
}

/** CEL's equality: maps are compared by their members, lists as their kinds are. Costs nothing: see `partsOf`. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return sameLists(a, b);
  if (a instanceof Map && b instanceof Map) return sameMaps(a, b);
  if (typeof a === 'object' || typeof a === typeof b) return spell(a) === spell(b);
  // oxlint-disable-next-line eqeqeq -- exact between an int and a double
  return isNumber(a) && isNumber(b) && a == b;
}

const isNumber = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';

function sameLists(a: KindedList, b: KindedList): boolean {
  if (a.length !== b.length) return false;
  const kind = a[MARK]?.kind ?? b[MARK]?.kind;
  if (kind === undefined) return a.every((item, at) => same(item, b[at]));
  const others = new Map(b.map((item) => [identity(kind, item), item]));
  return a.every((item) => {
    const key = identity(kind, item);
    return others.has(key) && (kind === 'set' || same(item, others.get(key)));
  });
}

const sameMaps = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean =>
  a.size === b.size && [...a].every(([key, one]) => b.has(key) && same(one, b.get(key)));
