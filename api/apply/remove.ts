import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { shallow, type MutableObject } from '../../schemas/structural/own.ts';
import { setOf, type FieldSet } from './field-set.ts';
import { asItems, asMap, fieldOf, fieldStep, isNamedField, placeOfField, stepsOf, type Place } from './shape.ts';

/**
 * Takes the paths of a set out of a value; shares what does not change. A map or list of which only the content is in the
 * set stays, empty: whoever owns it itself still wants it.
 */
export const removeFields = (root: Place, value: JsonObject, fields: FieldSet): JsonObject =>
  removeAt(root, value, fields, 0) as JsonObject;

function removeAt(place: Place, value: JsonValue, fields: FieldSet, depth: number): JsonValue {
  if (fields.children.size === 0) return value;
  const map = asMap(place, value, depth);
  if (map) return removeFromMap(place, map, fields, depth);
  const items = asItems(place, value, depth);
  if (items) return removeFromItems(place, items, fields, depth);
  return value;
}

function removeFromMap(place: Place, map: JsonObject, fields: FieldSet, depth: number): JsonValue {
  let copy: MutableObject | undefined;
  for (const name of Object.keys(map)) {
    const below = fields.children.get(fieldStep(name));
    const value = map[name];
    if (below === undefined || value === undefined) continue;
    const rest = below.member ? undefined : removeAt(placeOfField(place, name), value, below, depth + 1);
    if (rest === value) continue;
    copy ??= shallow(map);
    // an own property of the copy already: neither delete nor assignment can reach a prototype
    if (rest === undefined) delete copy[name];
    else copy[name] = rest;
  }
  return copy ?? map;
}

function removeFromItems(place: Place, items: readonly JsonValue[], fields: FieldSet, depth: number): JsonValue {
  const kept: JsonValue[] = [];
  let changed = false;
  stepsOf(place, items).forEach((step, index) => {
    const item = items[index] as JsonValue;
    const below = fields.children.get(step);
    const rest = below === undefined ? item : below.member ? undefined : removeAt(place?.items, item, below, depth + 1);
    if (rest !== item) changed = true;
    if (rest !== undefined) kept.push(rest);
  });
  return changed ? kept : items;
}

/**
 * Adds the fields that the schema names and that lead to a path of the set: who owns `a.b.c` also keeps `a` alive, where
 * `a` is a named field. Keys of maps and items of lists are owned by their own right only.
 */
export function withNamedFields(place: Place, set: FieldSet): FieldSet {
  if (set.children.size === 0) return set;
  const children = new Map<string, FieldSet>();
  for (const [step, child] of set.children) {
    const name = fieldOf(step);
    const below = withNamedFields(name === undefined ? place?.items : placeOfField(place, name), child);
    const named = name !== undefined && below.children.size > 0 && isNamedField(place, name);
    children.set(step, named ? setOf(true, below.children) : below);
  }
  return setOf(set.member, children);
}
