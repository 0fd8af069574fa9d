import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { memberOf, type Node } from '../../schemas/structural/node.ts';
import { isList, isObject, own, put, shallow, type MutableObject } from '../../schemas/structural/own.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import { checkResult, deeperThan, maxDepth } from './bounds.ts';
import { directives, splitPatch, withoutDirectives, type ListDirectives } from './directives.ts';
import { malformed } from './patch-error.ts';
import { mergeKeyed, mergePrimitives } from './strategic-lists.ts';

/**
 * Kubernetes' strategic merge patch, for built-in kinds: like a merge patch, but lists whose schema has
 * `x-kubernetes-patch-strategy: merge` merge item by item, and directives (`$patch`, `$retainKeys`,
 * `$deleteFromPrimitiveList/…`, `$setElementOrder/…`) say what plain JSON cannot.
 *
 * @throws {PatchError} malformed: no object, too deep, an unknown or misplaced directive, an item without its merge key
 */
export function applyStrategicMergePatch(schema: Structural, object: JsonObject, patch: JsonValue): JsonObject {
  if (!isObject(patch)) throw malformed('a strategic merge patch must be an object');
  if (deeperThan(patch, maxDepth)) throw malformed(`the patch nests deeper than ${String(maxDepth)} levels`);
  return checkResult(mergeMap(schema.root, object, patch));
}

/** Merges one map. Exported for the items of keyed lists. */
export function mergeMap(node: Node | undefined, target: JsonObject, patch: JsonObject): JsonObject {
  const { fields, directive, retainKeys, lists } = splitPatch(patch);
  if (directive === 'replace') return withoutDirectives(fields);
  if (directive === 'delete') return {};
  const base = retainKeys === undefined ? target : retain(target, fields, retainKeys);
  let copy: MutableObject | undefined;
  for (const key of new Set([...Object.keys(fields), ...lists.keys()])) {
    const former = own(base, key);
    const child = node && memberOf(node, key);
    const merged = mergeMember(child, former, own(fields, key), lists.get(key) ?? {});
    if (merged === former) continue;
    copy ??= shallow(base);
    if (merged === undefined) delete copy[key];
    else put(copy, key, merged);
  }
  return copy ?? base;
}

function mergeMember(
  node: Node | undefined,
  former: JsonValue | undefined,
  value: JsonValue | undefined,
  list: ListDirectives,
): JsonValue | undefined {
  if (value === null) return undefined;
  if (isObject(value)) {
    return isObject(former) && !strategiesOf(node).includes('replace')
      ? mergeMap(node, former, value)
      : mergeMap(node, {}, value);
  }
  if (value !== undefined && !isList(value)) return value;
  if (!strategiesOf(node).includes('merge')) return value === undefined ? former : withoutDirectives(value);
  return mergeList(node, isList(former) ? former : undefined, value, list);
}

function mergeList(
  node: Node | undefined,
  former: readonly JsonValue[] | undefined,
  value: readonly JsonValue[] | undefined,
  list: ListDirectives,
): JsonValue | undefined {
  const key = node?.schema['x-kubernetes-patch-merge-key'];
  if (former === undefined && value === undefined) return undefined;
  return key === undefined
    ? mergePrimitives(former ?? [], value ?? [], list)
    : mergeKeyed(key, former ?? [], value ?? [], list, (target, patch) => mergeMap(node?.items, target, patch));
}

const strategiesOf = (node: Node | undefined): readonly string[] =>
  node?.schema['x-kubernetes-patch-strategy']?.split(',') ?? [];

function retain(target: JsonObject, fields: JsonObject, keys: readonly string[]): JsonObject {
  const kept = new Set(keys);
  for (const key of Object.keys(fields)) {
    if (!kept.has(key) && fields[key] !== null) {
      throw malformed(`${directives.retainKeys} does not name ${JSON.stringify(key)}, which the patch sets`);
    }
  }
  const copy = shallow(target);
  for (const key of Object.keys(copy)) if (!kept.has(key)) delete copy[key];
  return copy;
}
