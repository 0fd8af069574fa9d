/** `fieldsV1` of a managedFields entry: the wire's form of a FieldSet. */
import type { JsonObject } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';
import { compareSteps, emptySet, isEmpty, leafSet, setOf, type FieldSet } from './field-set.ts';
import { parseStep } from './path-step.ts';
import { maxTrackedDepth } from './shape.ts';

/** Parsed sets by the frozen JSON they came from; lives as long as that JSON does. Pass one a server. */
export type FieldSetCache = WeakMap<JsonObject, FieldSet>;

/** A `fieldsV1` that cannot be read. */
export class FieldsV1Error extends Error {
  override readonly name = 'FieldsV1Error';
}

/** @throws {FieldsV1Error} for a step that is none of `.`, `f:`, `k:`, `v:`, `i:`, or a value that is no object */
export function parseFieldsV1(json: JsonObject, cache?: FieldSetCache): FieldSet {
  const known = cache?.get(json);
  if (known) return known;
  const set = parseBelow(json, 0);
  // "." at the top would be the object as a whole, which nobody can own
  const root = setOf(false, set.children);
  if (Object.isFrozen(json)) cache?.set(json, root);
  return root;
}

function parseBelow(json: JsonObject, depth: number): FieldSet {
  if (depth > maxTrackedDepth) throw new FieldsV1Error(`fieldsV1 nests deeper than ${String(maxTrackedDepth)} levels`);
  const names = Object.keys(json);
  if (names.length === 0) return depth === 0 ? emptySet : leafSet;
  let member = false;
  const children = new Map<string, FieldSet>();
  for (const name of names) {
    if (name === '.') {
      member = true;
      continue;
    }
    const step = parseStep(name);
    const below = json[name];
    if (step === undefined) throw new FieldsV1Error(`${JSON.stringify(name)} is no step of a field path`);
    if (!isObject(below)) throw new FieldsV1Error(`the value of ${JSON.stringify(name)} is no object`);
    children.set(step, parseBelow(below, depth + 1));
  }
  return setOf(member, children);
}

/** The canonical form: `.` first, then steps in the wire's order. Frozen. */
export function serialiseFieldsV1(set: FieldSet, cache?: FieldSetCache): JsonObject {
  const json = serialiseBelow(set);
  cache?.set(json, set);
  return json;
}

function serialiseBelow(set: FieldSet): JsonObject {
  const json: Record<string, JsonObject> = {};
  if (isEmpty(set)) return Object.freeze(json);
  const steps = [...set.children.keys()].sort(compareSteps);
  if (set.member && steps.length > 0) json['.'] = Object.freeze({});
  for (const step of steps) json[step] = serialiseBelow(set.children.get(step) ?? emptySet);
  return Object.freeze(json);
}
