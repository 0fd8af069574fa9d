/**
 * What is left of an object once Go's structs have read it, as a real server keeps it: a null, an empty list and an empty map
 * say no more than their absence. So do empty texts of metadata. Times come back in UTC and in the digits of their type. Built-in
 * kinds are read so as a whole, custom ones in their metadata.
 */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { memberOf, type Node } from '../../schemas/structural/node.ts';
import { isList, isObject, own, shallow, type MutableObject } from '../../schemas/structural/own.ts';
import { respellTime } from '../../schemas/values/time.ts';

/** Copies only what changes. `deep` false: only `metadata`. */
export function dropEmpty(root: Node, object: JsonObject, deep: boolean): JsonObject {
  const metadata = own(object, 'metadata');
  const place = root.properties.get('metadata');
  const whole = deep ? (dropIn(root, object) as JsonObject) : object;
  if (place === undefined || !isObject(metadata)) return whole;
  const kept = withWholeOwners(withoutEmptyTexts(dropIn(place, metadata) as JsonObject));
  return kept === own(whole, 'metadata') ? whole : { ...whole, metadata: kept };
}

function dropIn(node: Node, value: JsonValue): JsonValue {
  if (isObject(value)) return dropInObject(node, value);
  if (!isList(value) || node.items === undefined) return value;
  const { items } = node;
  const kept = value.map((item) => dropIn(items, item));
  return kept.every((item, index) => item === value[index]) ? value : kept;
}

function dropInObject(node: Node, object: JsonObject): JsonValue {
  let copy: MutableObject | undefined;
  for (const key of Object.keys(object)) {
    const child = memberOf(node, key);
    const value = object[key];
    if (child === undefined || value === undefined || typeof value === 'number') continue;
    const isField = node.properties.has(key);
    if (isField && isNothing(child, value)) delete (copy ??= shallow(object))[key];
    // a key of a map is there whatever it holds
    else if (!isField && value === null && child.type === 'string') (copy ??= shallow(object))[key] = '';
    else {
      const kept = typeof value === 'string' ? spelled(child, key, value) : dropIn(child, value);
      if (kept !== value) (copy ??= shallow(object))[key] = kept;
    }
  }
  return copy ?? object;
}

/** Fields of built-in kinds that are a meta/v1 MicroTime; all other times are a Time. */
const MICRO_TIMES: ReadonlySet<string> = new Set(['acquireTime', 'eventTime', 'lastObservedTime', 'renewTime']);

function spelled({ schema }: Node, name: string, text: string): string {
  if (schema.format !== 'date-time') return text;
  return respellTime(text, MICRO_TIMES.has(name) ? 'micros' : 'seconds') ?? text;
}

/** An object that is no map may be a pointer in Go, which tells empty from absent. */
function isNothing(node: Node, value: JsonValue): boolean {
  if (value === null) return !node.nullable;
  if (isList(value)) return value.length === 0 && node.type === 'array';
  return isObject(value) && node.additional !== undefined && Object.keys(value).length === 0;
}

function withoutEmptyTexts(metadata: JsonObject): JsonObject {
  const empty = Object.keys(metadata).filter((key) => metadata[key] === '');
  if (empty.length === 0) return metadata;
  const copy = shallow(metadata);
  for (const key of empty) delete copy[key];
  return copy;
}

/** Go writes these fields of an owner always. */
const OWNER_TEXTS = ['apiVersion', 'kind', 'name', 'uid'] as const;

function withWholeOwners(metadata: JsonObject): JsonObject {
  const owners = own(metadata, 'ownerReferences');
  if (!isList(owners)) return metadata;
  const isWhole = (owner: JsonValue): boolean =>
    !isObject(owner) || OWNER_TEXTS.every((field) => own(owner, field) !== undefined);
  if (owners.every(isWhole)) return metadata;
  const empty = Object.fromEntries(OWNER_TEXTS.map((field) => [field, '']));
  return {
    ...metadata,
    ownerReferences: owners.map((owner) => (isObject(owner) && !isWhole(owner) ? { ...empty, ...owner } : owner)),
  };
}
