import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { own } from '../../schemas/structural/own.ts';
import { emptySet, isEmpty, setOf, type FieldSet } from './field-set.ts';
import { asItems, asMap, fieldStep, placeOfField, stepsOf, type Place } from './shape.ts';

/** What differs between two values. A map or list that came or went counts itself, besides what is in it. */
export interface Comparison {
  /** Paths that came or whose value is another: what an update takes. */
  readonly changed: FieldSet;
  /** Paths that went: what owners lose. */
  readonly removed: FieldSet;
}

const same: Comparison = { changed: emptySet, removed: emptySet };

/** Shared parts cost nothing: an update of one field of a large frozen object looks only along that field. */
export const compareObjects = (root: Place, before: JsonObject, after: JsonObject): Comparison =>
  compareAt(root, before, after, 0);

function compareAt(
  place: Place,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  depth: number,
): Comparison {
  if (before === after) return same;
  const parts = comparisonOf(place, before, after, depth);
  if (parts === undefined) return otherForm(place, before, after, depth);
  const changed = setOf(before === undefined && depth > 0, parts.changed);
  const removed = setOf(after === undefined && depth > 0, parts.removed);
  return isEmpty(changed) && isEmpty(removed) ? same : { changed, removed };
}

/** Neither side, or only one, has parts: where it is the former one, they went, and what is there now came. */
function otherForm(
  place: Place,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  depth: number,
): Comparison {
  const whole = leaf(before, after);
  if (before === undefined || after === undefined || whole === same) return whole;
  const [went, came] = [compareAt(place, before, undefined, depth), compareAt(place, undefined, after, depth)];
  return { changed: came.changed, removed: went.removed };
}

function leaf(before: JsonValue | undefined, after: JsonValue | undefined): Comparison {
  const here = setOf(true, undefined);
  if (after === undefined) return { changed: emptySet, removed: here };
  return before !== undefined && equal(before, after) ? same : { changed: here, removed: emptySet };
}

interface Parts {
  readonly changed: Map<string, FieldSet>;
  readonly removed: Map<string, FieldSet>;
}

/** Compares part by part where both sides (or the only one) have parts; undefined where they are leaves. */
function comparisonOf(
  place: Place,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  depth: number,
): Parts | undefined {
  const maps = [asMap(place, before, depth), asMap(place, after, depth)] as const;
  if (bothOr(maps, before, after)) return compareMaps(place, maps[0], maps[1], depth);
  const lists = [asItems(place, before, depth), asItems(place, after, depth)] as const;
  if (bothOr(lists, before, after)) return compareLists(place, lists[0] ?? [], lists[1] ?? [], depth);
  return undefined;
}

/** Both values have this form, or one has it and the other is not there. */
const bothOr = (
  forms: readonly [unknown, unknown],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): boolean => (forms[0] !== undefined || before === undefined) && (forms[1] !== undefined || after === undefined);

function compareMaps(place: Place, before: JsonObject = {}, after: JsonObject = {}, depth: number): Parts {
  const parts: Parts = { changed: new Map(), removed: new Map() };
  for (const name of Object.keys(after)) {
    add(parts, fieldStep(name), compareAt(placeOfField(place, name), own(before, name), after[name], depth + 1));
  }
  for (const name of Object.keys(before)) {
    if (own(after, name) !== undefined) continue;
    add(parts, fieldStep(name), compareAt(placeOfField(place, name), before[name], undefined, depth + 1));
  }
  return parts;
}

function compareLists(place: Place, before: readonly JsonValue[], after: readonly JsonValue[], depth: number): Parts {
  const parts: Parts = { changed: new Map(), removed: new Map() };
  const [old, now] = [group(place, before), group(place, after)];
  for (const step of new Set([...now.keys(), ...old.keys()])) {
    const [left, right] = [old.get(step) ?? [], now.get(step) ?? []];
    // items that share their identity are looked at as one: which is which cannot be told
    if (left.length > 1 || right.length > 1) add(parts, step, leaf(orNothing(left), orNothing(right)));
    else add(parts, step, compareAt(place?.items, left[0], right[0], depth + 1));
  }
  return parts;
}

const orNothing = (items: readonly JsonValue[]): JsonValue | undefined => (items.length === 0 ? undefined : items);

function group(place: Place, items: readonly JsonValue[]): Map<string, JsonValue[]> {
  const groups = new Map<string, JsonValue[]>();
  stepsOf(place, items).forEach((step, index) => {
    const item = items[index] as JsonValue;
    const known = groups.get(step);
    if (known) known.push(item);
    else groups.set(step, [item]);
  });
  return groups;
}

function add(parts: Parts, step: string, { changed, removed }: Comparison): void {
  if (!isEmpty(changed)) parts.changed.set(step, changed);
  if (!isEmpty(removed)) parts.removed.set(step, removed);
}
