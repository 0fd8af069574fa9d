import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import { findByKindRef } from '../../schemas/kinds.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { identityOf } from '../../schemas/structural/identity.ts';
import { memberOf, type Node } from '../../schemas/structural/node.ts';
import { isList, isObject, own } from '../../schemas/structural/own.ts';
import { compileShape } from '../../schemas/structural/shape.ts';
import { encodeJson } from '../../schemas/text/json.ts';

/** A field that differs. What was not there before, or is not afterwards, is given whole, at the highest place that differs. */
export interface FieldChange {
  /** `spec.image`, `spec.volumeMounts[mountPath=/data].name`, `metadata.annotations[example.com/a]`. */
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** Parts of metadata that people write; the rest is the server's. */
const METADATA = ['annotations', 'finalizers', 'labels', 'ownerReferences'];
/** Names that need no brackets in a path. */
const PLAIN = /^[A-Za-z_][\w-]*$/;

/** What differs between two states of an object, one of which may be none, in alphabetical order. Values of Secrets are not masked. */
export function fieldChanges(live: KubeObject | undefined, merged: KubeObject | undefined): readonly FieldChange[] {
  const some = live ?? merged;
  if (some === undefined) return [];
  const definition = findByKindRef(some);
  const root = definition && compileShape(definition.schema, { metadata: objectMeta }).root;
  const walk = new Walk();
  walk.members(contentOf(live), contentOf(merged), root, '');
  return walk.found;
}

/** An object without its name and without what is the server's. Members of metadata count each by itself. */
function contentOf(object: KubeObject | undefined): JsonObject {
  if (object === undefined) return { metadata: {} };
  const { apiVersion: _version, kind: _kind, metadata, ...content } = object as KubeObject & JsonObject;
  const kept = Object.entries(metadata).filter(([name]) => METADATA.includes(name));
  return { ...content, metadata: Object.fromEntries(kept) };
}

class Walk {
  readonly found: FieldChange[] = [];

  members(before: JsonObject, after: JsonObject, node: Node | undefined, path: string): void {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)].toSorted()))
      this.#value(own(before, name), own(after, name), node && memberOf(node, name), joined(path, name));
  }

  #value(before: JsonValue | undefined, after: JsonValue | undefined, node: Node | undefined, path: string): void {
    if (equal(before, after)) return;
    if (isObject(before) && isObject(after)) return this.members(before, after, node, path);
    const told = this.found.length;
    if (isList(before) && isList(after)) this.#items(before, after, node, path);
    // also where the order of a keyed list is all that differs
    if (this.found.length > told) return;
    this.found.push({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  }

  #items(before: readonly JsonValue[], after: readonly JsonValue[], node: Node | undefined, path: string): void {
    const [old, next] = [itemsByKey(before, node), itemsByKey(after, node)];
    if (old === undefined || next === undefined) return;
    for (const key of new Set([...old.keys(), ...next.keys()]))
      this.#value(old.get(key), next.get(key), node?.items, `${path}[${key}]`);
  }
}

/** Items under what tells them apart, `containerPort=80,protocol=TCP`; undefined for a list that is compared as a whole. */
function itemsByKey(list: readonly JsonValue[], node: Node | undefined): ReadonlyMap<string, JsonValue> | undefined {
  if (node !== undefined && node.listType !== 'map') return undefined;
  const items = new Map<string, JsonValue>();
  for (const item of list) {
    const keys = node === undefined ? nameOf(item) : identityOf(node, item)?.shown;
    if (!isObject(keys)) return undefined;
    items.set(keyText(keys), item);
  }
  return items.size === list.length ? items : undefined;
}

/** Where no schema is known, a name tells items apart, as it does nearly everywhere. */
function nameOf(item: JsonValue): JsonObject | undefined {
  const name = isObject(item) ? own(item, 'name') : undefined;
  return typeof name === 'string' ? { name } : undefined;
}

const keyText = (keys: JsonObject): string =>
  Object.entries(keys)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : encodeJson(value)}`)
    .join(',');

const joined = (path: string, name: string): string =>
  PLAIN.test(name) ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`;
