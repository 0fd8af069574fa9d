/** JSON pointers (RFC 6901) on frozen values: each edit makes a new value along its way. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isList, isObject, own } from '../../schemas/structural/own.ts';

/** `/metadata/labels/a~1b` as names. */
export const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Undefined: nothing stands there. */
export function valueAt(value: JsonValue | undefined, steps: readonly string[]): JsonValue | undefined {
  let at = value;
  for (const step of steps) {
    if (isList(at)) at = isIndex(step) ? at[Number(step)] : undefined;
    else at = isObject(at) ? own(at, step) : undefined;
  }
  return at;
}

/**
 * The value with another one at a place, whose maps are made where they are missing; with none there when it is undefined. Lists keep their length: an entry
 * that is not there is not made.
 */
export function withValueAt(
  value: JsonValue | undefined,
  [step, ...rest]: readonly string[],
  next: JsonValue | undefined,
): JsonValue | undefined {
  if (step === undefined) return next;
  if (isList(value)) {
    if (!isIndex(step) || Number(step) >= value.length) return value;
    const entry = withValueAt(value[Number(step)], rest, next);
    return entry === undefined ? value.toSpliced(Number(step), 1) : value.with(Number(step), entry);
  }
  if (!isObject(value) && (value !== undefined || next === undefined)) return value;
  const map: JsonObject = isObject(value) ? value : {};
  const member = withValueAt(own(map, step), rest, next);
  if (member === own(map, step)) return value;
  const entries = Object.entries(map).filter(([name]) => name !== step);
  return Object.fromEntries(member === undefined ? entries : [...entries, [step, member]]);
}

const isIndex = (step: string): boolean => /^(0|[1-9]\d*)$/.test(step);
