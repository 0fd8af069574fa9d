/** What keeps a small patch from making a monstrous object. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';
import { unprocessable } from './patch-error.ts';

/** The deepest object a patch may make; less than what `JSON.stringify` and other recursions bear. */
export const maxDepth = 1000;

/** The result as an object of bounded depth. @throws {PatchError} */
export function checkResult(value: JsonValue): JsonObject {
  if (!isObject(value)) throw unprocessable('the patch would replace the object by something that is no object');
  if (deeperThan(value, maxDepth)) {
    throw unprocessable(`the patch would make an object that nests deeper than ${String(maxDepth)} levels`);
  }
  return value;
}

/** Whether a value nests deeper than `limit`. Level by level: no recursion, and shared parts count each time they stand. */
export function deeperThan(value: JsonValue, limit: number): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: JsonValue[] = [];
    for (const container of level) {
      for (const child of Object.values(container as object) as JsonValue[]) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}

/**
 * About how many bytes of JSON a value is; stops counting beyond `limit`.
 */
export function sizeOf(value: JsonValue, limit: number): number {
  let size = 0;
  const work: JsonValue[] = [value];
  while (work.length > 0 && size <= limit) {
    const next = work.pop() as JsonValue;
    if (typeof next === 'string') size += next.length + 2;
    else if (typeof next !== 'object' || next === null) size += 5;
    else {
      size += 2;
      for (const [key, child] of Object.entries(next) as [string, JsonValue][]) {
        size += Array.isArray(next) ? 1 : key.length + 4;
        work.push(child);
      }
    }
  }
  return size;
}
