import type { JsonObject, JsonValue, KubeObject } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { isList, isObject, own } from '../../schemas/structural/own.ts';

const MAX_FIELDS = 20;
/** What the server keeps for itself. */
const OF_THE_SERVER = new Set([
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
  'status',
]);

/** Paths of the fields in which two states of an object differ, values never told; at most 20. */
export function differingFields(before: KubeObject, after: KubeObject): readonly string[] {
  const found: string[] = [];
  compare(before as unknown as JsonObject, after as unknown as JsonObject, '', found);
  return found.slice(0, MAX_FIELDS);
}

function compare(a: JsonValue | undefined, b: JsonValue | undefined, path: string, found: string[]): void {
  if (found.length >= MAX_FIELDS || OF_THE_SERVER.has(path)) return;
  if (isObject(a) && isObject(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      compare(own(a, name), own(b, name), path === '' ? name : `${path}.${name}`, found);
    }
    return;
  }
  if (isList(a) && isList(b) && a.length === b.length) {
    a.forEach((item, at) => compare(item, b[at], `${path}[${at}]`, found));
    return;
  }
  if (a === b || (a !== undefined && b !== undefined && equal(a, b))) return;
  found.push(path);
}
