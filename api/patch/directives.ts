/** The directives of a strategic merge patch: keys that begin with `$`. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isList, isObject, put, shallow, type MutableObject } from '../../schemas/structural/own.ts';
import { malformed } from './patch-error.ts';

export const directives = {
  patch: '$patch',
  retainKeys: '$retainKeys',
  deleteFromList: '$deleteFromPrimitiveList/',
  setElementOrder: '$setElementOrder/',
} as const;

/** What a map's directives say about one of its lists. */
export interface ListDirectives {
  readonly remove?: readonly JsonValue[];
  readonly order?: readonly JsonValue[];
}

export interface SplitPatch {
  /** The members that are no directives; nulls kept. */
  readonly fields: JsonObject;
  readonly directive: 'merge' | 'replace' | 'delete' | undefined;
  readonly retainKeys: readonly string[] | undefined;
  /** By name of the list. */
  readonly lists: ReadonlyMap<string, ListDirectives>;
}

/** Takes a map of a patch apart. @throws {PatchError} malformed */
export function splitPatch(patch: JsonObject): SplitPatch {
  const fields: MutableObject = shallow(patch);
  const lists = new Map<string, ListDirectives>();
  for (const key of Object.keys(patch)) {
    const form = [directives.deleteFromList, directives.setElementOrder].find((prefix) => key.startsWith(prefix));
    if (form === undefined) continue;
    const items = patch[key];
    if (!isList(items)) throw malformed(`${key} must be a list`);
    const name = key.slice(form.length);
    const more = form === directives.deleteFromList ? { remove: items } : { order: items };
    lists.set(name, { ...lists.get(name), ...more });
    delete fields[key];
  }
  const directive = directiveOf(patch);
  const retainKeys = retainKeysOf(patch);
  delete fields[directives.patch];
  delete fields[directives.retainKeys];
  return { fields, directive, retainKeys, lists };
}

/** The `$patch` of a map or list item. @throws {PatchError} malformed: an unknown word */
export function directiveOf(patch: JsonObject): SplitPatch['directive'] {
  const word = Object.hasOwn(patch, directives.patch) ? patch[directives.patch] : undefined;
  if (word === undefined || word === 'merge' || word === 'replace' || word === 'delete') return word;
  throw malformed(`${directives.patch} must be merge, replace or delete`);
}

function retainKeysOf(patch: JsonObject): readonly string[] | undefined {
  const keys = Object.hasOwn(patch, directives.retainKeys) ? patch[directives.retainKeys] : undefined;
  if (keys === undefined) return undefined;
  if (!isList(keys) || !keys.every((key) => typeof key === 'string')) {
    throw malformed(`${directives.retainKeys} must be a list of names`);
  }
  return keys;
}

/** A value of a patch as it is taken over where there is nothing to merge with: no directives, no nulls in maps. */
export function withoutDirectives<T extends JsonValue>(value: T): T;
export function withoutDirectives(value: JsonValue): JsonValue {
  if (isList(value)) {
    return value.filter((item) => !isObject(item) || directiveOf(item) === undefined).map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  const clean: MutableObject = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined || member === null || isDirective(key)) continue;
    put(clean, key, withoutDirectives(member));
  }
  return clean;
}

const isDirective = (key: string): boolean =>
  key === directives.patch ||
  key === directives.retainKeys ||
  key.startsWith(directives.deleteFromList) ||
  key.startsWith(directives.setElementOrder);
