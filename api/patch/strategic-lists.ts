/** Lists that a strategic merge patch merges item by item. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { canonical } from '../../schemas/structural/identity.ts';
import { isObject, own } from '../../schemas/structural/own.ts';
import { directiveOf, directives, withoutDirectives, type ListDirectives } from './directives.ts';
import { malformed } from './patch-error.ts';

/** A list of scalars as a set: what is new is appended, what is to be removed goes. */
export function mergePrimitives(
  former: readonly JsonValue[],
  added: readonly JsonValue[],
  { remove = [], order }: ListDirectives,
): readonly JsonValue[] {
  const unwanted = new Set(remove.map(canonical));
  const merged = new Map<string, JsonValue>();
  for (const item of former) if (!unwanted.has(canonical(item))) merged.set(canonical(item), item);
  // "delete" in the same patch speaks of what was there: an item that is added as well is there afterwards
  for (const item of added) if (!merged.has(canonical(item))) merged.set(canonical(item), item);
  return unlessSame(former, inOrder(merged, (order ?? added).map(canonical), former.map(canonical)));
}

/** A list of objects told apart by one field. */
export function mergeKeyed(
  key: string,
  former: readonly JsonValue[],
  patch: readonly JsonValue[],
  { order }: ListDirectives,
  merge: (target: JsonObject, patch: JsonObject) => JsonObject,
): readonly JsonValue[] {
  const replace = patch.some((item) => isObject(item) && directiveOf(item) === 'replace');
  const merged = new Map<string, JsonValue>();
  if (!replace) former.forEach((item, index) => merged.set(keyOf(key, item) ?? `#${String(index)}`, item));
  for (const item of patch) {
    if (!isObject(item)) throw malformed(`items of a list that merges by ${JSON.stringify(key)} must be objects`);
    const directive = directiveOf(item);
    if (directive === 'replace' && Object.keys(item).length === 1) continue;
    const identity = keyOf(key, item);
    if (identity === undefined) throw malformed(`an item of the patch does not contain its merge key ${key}`);
    const target = merged.get(identity);
    if (directive === 'delete') merged.delete(identity);
    else if (directive === 'replace' || !isObject(target)) merged.set(identity, withoutDirectives(item));
    else merged.set(identity, merge(target, item));
  }
  const wanted = (order ?? patch).flatMap(
    (item) => keyOf(key, item) ?? (order === undefined ? [] : malformedOrder(key)),
  );
  return unlessSame(
    former,
    inOrder(
      merged,
      wanted,
      former.map((item) => keyOf(key, item) ?? ''),
    ),
  );
}

function malformedOrder(key: string): never {
  throw malformed(`items of ${directives.setElementOrder}… must contain the merge key ${key}`);
}

function keyOf(key: string, item: JsonValue): string | undefined {
  const value = isObject(item) ? own(item, key) : undefined;
  return value === undefined || value === null ? undefined : canonical(value);
}

/**
 * The items that the patch names stand in its order. Between them stand the others, as they did on the server: each before the first
 * named item that it stood before there, so that an item which the server did not have comes first.
 */
function inOrder(
  items: ReadonlyMap<string, JsonValue>,
  named: readonly string[],
  server: readonly string[],
): JsonValue[] {
  const placeOnServer = new Map(server.map((identity, index) => [identity, index]));
  const queue = [...new Set(named)].filter((identity) => items.has(identity));
  const isNamed = new Set(queue);
  const others = [...items.keys()].filter((identity) => !isNamed.has(identity));
  const order: string[] = [];
  let next = 0;
  for (const other of others) {
    while (next < queue.length && !standsBefore(placeOnServer, other, queue[next] ?? ''))
      order.push(queue[next++] ?? '');
    order.push(other);
  }
  return [...order, ...queue.slice(next)].map((identity) => items.get(identity) ?? null);
}

function standsBefore(places: ReadonlyMap<string, number>, a: string, b: string): boolean {
  const [left, right] = [places.get(a), places.get(b)];
  return left !== undefined && right !== undefined && left < right;
}

const unlessSame = (former: readonly JsonValue[], merged: JsonValue[]): readonly JsonValue[] =>
  merged.length === former.length && merged.every((item, index) => item === former[index]) ? former : merged;
