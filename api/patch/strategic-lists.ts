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
  return unlessSame(former, inOrder([...merged], order?.map(canonical)));
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
  const wanted = order?.map((item) => keyOf(key, item) ?? malformedOrder(key));
  return unlessSame(former, inOrder([...merged], wanted));
}

function malformedOrder(key: string): never {
  throw malformed(`items of ${directives.setElementOrder}… must contain the merge key ${key}`);
}

function keyOf(key: string, item: JsonValue): string | undefined {
  const value = isObject(item) ? own(item, key) : undefined;
  return value === undefined || value === null ? undefined : canonical(value);
}

/** Sorts the items that the order names among themselves; the others keep their places. */
function inOrder(items: readonly (readonly [string, JsonValue])[], order: readonly string[] | undefined): JsonValue[] {
  if (order === undefined) return items.map(([, item]) => item);
  const byIdentity = new Map(items);
  const named = order.filter((identity) => byIdentity.has(identity));
  const isNamed = new Set(named);
  const queue = isNamed.values();
  return items.map(([identity, item]) =>
    isNamed.has(identity) ? (byIdentity.get(queue.next().value ?? '') ?? item) : item,
  );
}

const unlessSame = (former: readonly JsonValue[], merged: JsonValue[]): readonly JsonValue[] =>
  merged.length === former.length && merged.every((item, index) => item === former[index]) ? former : merged;
