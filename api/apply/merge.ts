import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { own, put, shallow, type MutableObject } from '../../schemas/structural/own.ts';
import { ApplyInvalid } from './conflict.ts';
import { showPath } from './path-step.ts';
import { asItems, asMap, fieldStep, placeOfField, stepsOf, type Place } from './shape.ts';

/**
 * Lays an applied value over the live one: maps and lists with identity part by part, everything else as a whole. Shares
 * what does not change; gives back `live` itself when nothing does.
 * @throws {ApplyInvalid} when a list in `applied` has two items of one identity
 */
export const mergeApplied = (root: Place, live: JsonObject, applied: JsonObject): JsonObject =>
  mergeAt(root, live, applied, []) as JsonObject;

function mergeAt(place: Place, live: JsonValue | undefined, applied: JsonValue, path: readonly string[]): JsonValue {
  if (live === applied) return live;
  const map = asMap(place, applied, path.length);
  if (map) return mergeMaps(place, asMap(place, live, path.length), map, path);
  const items = asItems(place, applied, path.length);
  if (items) return mergeItems(place, asItems(place, live, path.length), items, path);
  return live !== undefined && equal(live, applied) ? live : applied;
}

function mergeMaps(
  place: Place,
  live: JsonObject | undefined,
  applied: JsonObject,
  path: readonly string[],
): JsonObject {
  const base = live ?? {};
  let copy: MutableObject | undefined = live === undefined ? {} : undefined;
  for (const name of Object.keys(applied)) {
    const value = applied[name];
    if (value === undefined) continue;
    const former = own(base, name);
    const merged = mergeAt(placeOfField(place, name), former, value, [...path, fieldStep(name)]);
    if (merged !== former) put((copy ??= shallow(base)), name, merged);
  }
  return copy ?? base;
}

/**
 * The applied order wins among items that both have; items only the live list has keep their place among those.
 */
function mergeItems(
  place: Place,
  live: readonly JsonValue[] = [],
  applied: readonly JsonValue[],
  path: readonly string[],
): JsonValue {
  const wanted = stepsOf(place, applied);
  refuseDuplicates(wanted, path);
  const liveSteps = stepsOf(place, live);
  const former = new Map(liveSteps.map((step, index) => [step, live[index] as JsonValue]));
  const isWanted = new Set(wanted);
  const shared = wanted.filter((step) => former.has(step));
  const merged: JsonValue[] = [];
  let [next, nextShared] = [0, 0];
  const takeNext = (): void => {
    const step = wanted[next] ?? '';
    merged.push(mergeAt(place?.items, former.get(step), applied[next] as JsonValue, [...path, step]));
    if (step === shared[nextShared]) nextShared++;
    next++;
  };
  liveSteps.forEach((step, index) => {
    if (!isWanted.has(step)) merged.push(live[index] as JsonValue);
    else if (step === shared[nextShared]) {
      while (wanted[next] !== step) takeNext();
      takeNext();
    }
  });
  while (next < wanted.length) takeNext();
  return merged.length === live.length && merged.every((item, index) => item === live[index]) ? live : merged;
}

function refuseDuplicates(steps: readonly string[], path: readonly string[]): void {
  const seen = new Set<string>();
  for (const step of steps) {
    if (seen.has(step)) throw new ApplyInvalid(showPath(path), `duplicate entries for key ${showPath([step])}`);
    seen.add(step);
  }
}
