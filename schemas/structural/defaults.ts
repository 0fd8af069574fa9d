import type { JsonObject, JsonValue } from '../object.ts';
import { memberOf, type Node } from './node.ts';
import { isList, isObject, own, put, shallow, type MutableObject } from './own.ts';

/**
 * Fills in defaults, in list items and maps too. A null where the schema knows no null becomes the default, or goes away
 * when there is none, as for custom resources on a real server. Copies only what changes. Defaults are frozen and shared.
 */
export function applyDefaults(node: Node, value: JsonValue): JsonValue {
  if (isObject(value)) return defaultObject(node, value);
  if (isList(value)) return defaultList(node, value);
  return value;
}

const isUnwantedNull = (node: Node, value: JsonValue | undefined): boolean => value === null && !node.nullable;

function defaultObject(node: Node, object: JsonObject): JsonValue {
  let copy: MutableObject | undefined;
  for (const name of node.defaulted) {
    const child = node.properties.get(name);
    if (child?.default === undefined || own(object, name) !== undefined) continue;
    put((copy ??= shallow(object)), name, applyDefaults(child, child.default));
  }
  if (node.properties.size === 0 && node.additional === undefined) return copy ?? object;
  for (const key of Object.keys(object)) {
    const child = memberOf(node, key);
    const member = object[key];
    if (child === undefined || member === undefined || typeof member !== 'object') continue;
    if (isUnwantedNull(child, member)) {
      copy ??= shallow(object);
      // the key is an own property already: plain assignment and delete cannot reach a prototype
      if (child.default === undefined) delete copy[key];
      else copy[key] = applyDefaults(child, child.default);
      continue;
    }
    const filled = applyDefaults(child, member);
    if (filled !== member) (copy ??= shallow(object))[key] = filled;
  }
  return copy ?? object;
}

function defaultList(node: Node, list: readonly JsonValue[]): JsonValue {
  const { items } = node;
  if (items === undefined) return list;
  let copy: JsonValue[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as JsonValue;
    if (typeof item !== 'object') continue;
    const start = isUnwantedNull(items, item) && items.default !== undefined ? items.default : item;
    const filled = applyDefaults(items, start);
    if (filled !== item) (copy ??= [...list])[index] = filled;
  }
  return copy ?? list;
}
