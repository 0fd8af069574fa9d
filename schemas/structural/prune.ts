import type { JsonObject, JsonValue } from '../object.ts';
import { FieldPath } from './field-path.ts';
import { memberOf, type Node } from './node.ts';
import { isList, isObject, shallow, type MutableObject } from './own.ts';

/** A field that the schema does not know. */
export interface UnknownField {
  /** `spec.list[0].bar` */
  readonly path: string;
  readonly name: string;
  /** Names that are known at that place, for "did you mean". */
  readonly known: readonly string[];
}

interface Walk {
  readonly path: FieldPath;
  readonly unknown: UnknownField[];
}

/** How many unknown fields are told; all are dropped. */
const maxReported = 100;

/** Drops what the schema does not know. Copies only what changes; the value itself comes back when nothing does. */
export function prune(root: Node, value: JsonValue): { value: JsonValue; unknown: readonly UnknownField[] } {
  const walk: Walk = { path: new FieldPath(), unknown: [] };
  return { value: pruneAt(root, value, walk), unknown: walk.unknown };
}

function pruneAt(node: Node, value: JsonValue, walk: Walk): JsonValue {
  if (isObject(value)) return pruneObject(node, value, walk);
  if (isList(value)) return pruneList(node, value, walk);
  return value;
}

function pruneObject(node: Node, object: JsonObject, walk: Walk): JsonValue {
  // a list or scalar is expected here: validation says so, and better than "unknown field" for all its members
  if (node.type !== 'object' && node.properties.size === 0 && node.additional === undefined) return object;
  let copy: MutableObject | undefined;
  for (const key of Object.keys(object)) {
    const child = memberOf(node, key);
    const member = object[key];
    if (child === undefined) {
      if (node.preserve) continue;
      report(node, key, walk);
      delete (copy ??= shallow(object))[key];
    } else if (typeof member === 'object' && member !== null) {
      walk.path.push(key);
      const pruned = pruneAt(child, member, walk);
      walk.path.pop();
      // the key is an own property of the copy already, so plain assignment cannot reach a prototype
      if (pruned !== member) (copy ??= shallow(object))[key] = pruned;
    }
  }
  return copy ?? object;
}

function pruneList(node: Node, list: readonly JsonValue[], walk: Walk): JsonValue {
  if (node.items === undefined) return list;
  let copy: JsonValue[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as JsonValue;
    if (typeof item !== 'object' || item === null) continue;
    walk.path.push(index);
    const pruned = pruneAt(node.items, item, walk);
    walk.path.pop();
    if (pruned !== item) (copy ??= [...list])[index] = pruned;
  }
  return copy ?? list;
}

function report(node: Node, name: string, { path, unknown }: Walk): void {
  if (unknown.length < maxReported) unknown.push({ path: path.at(name), name, known: [...node.properties.keys()] });
}
