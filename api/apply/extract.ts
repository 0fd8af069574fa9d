import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { emptySet, isEmpty, leafSet, setOf, type FieldSet } from './field-set.ts';
import { asItems, asMap, fieldStep, isNamedField, placeOfField, stepsOf, type Place } from './shape.ts';

/**
 * The paths that an applied value speaks of: its leaves, the items of its lists, and the keys of its maps. A field that
 * the schema names and that holds more than nothing is not a path of its own.
 */
export const extractFields = (root: Place, value: JsonObject): FieldSet => extractAt(root, value, 0);

function extractAt(place: Place, value: JsonValue, depth: number): FieldSet {
  const map = asMap(place, value, depth);
  if (map) return extractMap(place, map, depth);
  const items = asItems(place, value, depth);
  if (items) return extractItems(place, items, depth);
  return depth === 0 ? emptySet : leafSet;
}

function extractMap(place: Place, map: JsonObject, depth: number): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const name of Object.keys(map)) {
    const value = map[name];
    if (value === undefined) continue;
    const below = extractAt(placeOfField(place, name), value, depth + 1);
    const itself = isEmptyMap(value) || value === null || !isNamedField(place, name);
    const set = itself ? setOf(true, below.children) : below;
    if (!isEmpty(set)) children.set(fieldStep(name), set);
  }
  return setOf(false, children);
}

function extractItems(place: Place, items: readonly JsonValue[], depth: number): FieldSet {
  const children = new Map<string, FieldSet>();
  stepsOf(place, items).forEach((step, index) => {
    children.set(step, setOf(true, extractAt(place?.items, items[index] as JsonValue, depth + 1).children));
  });
  return setOf(false, children);
}

const isEmptyMap = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
