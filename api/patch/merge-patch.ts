import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isObject, own, put, shallow, type MutableObject } from '../../schemas/structural/own.ts';
import { checkResult, deeperThan, maxDepth } from './bounds.ts';
import { malformed } from './patch-error.ts';

/**
 * RFC 7386 on a copy; the input may be frozen, and comes back itself when nothing changes.
 * @throws {PatchError} malformed: the patch is no object, or nests too deep
 */
export function applyMergePatch(object: JsonObject, patch: JsonValue): JsonObject {
  if (!isObject(patch)) throw malformed('a merge patch must be an object');
  if (deeperThan(patch, maxDepth)) throw malformed(`the merge patch nests deeper than ${String(maxDepth)} levels`);
  return checkResult(merge(object, patch));
}

function merge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  let copy: MutableObject | undefined = base === target ? undefined : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === undefined) continue;
    const former = own(base, key);
    if (value === null) {
      if (former !== undefined) delete (copy ??= shallow(base))[key];
      continue;
    }
    const merged = merge(former, value);
    if (merged !== former) put((copy ??= shallow(base)), key, merged);
  }
  return copy ?? base;
}
