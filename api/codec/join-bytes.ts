/**
 * Bytes that are written over several lines, as base64 of a certificate under YAML's `|`, on one: Go's decoder skips line breaks, and what
 * is stored has none.
 */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { memberOf, type Node } from '../../schemas/structural/node.ts';
import { isList, isObject, put, shallow, type MutableObject } from '../../schemas/structural/own.ts';

/** For built-in kinds. Copies only what changes. */
export const joinBytes = (root: Node, object: JsonObject): JsonObject => joinIn(root, object) as JsonObject;

function joinIn(node: Node, value: JsonValue): JsonValue {
  if (typeof value === 'string') return isBytes(node) ? value.replaceAll(/[\r\n]/g, '') : value;
  if (isObject(value)) return isMapOfTexts(node) ? value : joinInObject(node, value);
  if (!isList(value) || node.items === undefined) return value;
  const { items } = node;
  const joined = value.map((item) => joinIn(items, item));
  return joined.every((item, index) => item === value[index]) ? value : joined;
}

function joinInObject(node: Node, object: JsonObject): JsonObject {
  let copy: MutableObject | undefined;
  for (const key of Object.keys(object)) {
    const child = memberOf(node, key);
    const value = object[key];
    if (child === undefined || value === undefined) continue;
    const joined = joinIn(child, value);
    if (joined !== value) put((copy ??= shallow(object)), key, joined);
  }
  return copy ?? object;
}

const isBytes = ({ schema }: Node): boolean => schema.format === 'byte';

/** Labels, say: nothing to look for, however many there are. */
const isMapOfTexts = ({ properties, additional }: Node): boolean =>
  properties.size === 0 && additional?.type === 'string' && !isBytes(additional);
