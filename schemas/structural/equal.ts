import type { JsonValue } from '../object.ts';

/**
 * Whether two JSON values are the same. Order of keys does not count, `undefined` members count as absent, and a bigint
 * equals the number of the same value. Keeps its own stack: depth costs memory, never the call stack.
 */
export function equal(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return sameScalar(left, right);
  const stack: (JsonValue | undefined)[] = [left, right];
  while (stack.length > 0) {
    const b = stack.pop();
    const a = stack.pop();
    if (a === b || sameScalar(a, b)) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (!pushMembers(a, b, stack)) return false;
  }
  return true;
}

/** `1n` and `1` are one value; NaN is not JSON. */
function sameScalar(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  // oxlint-disable-next-line eqeqeq -- the one comparison that is exact between bigint and number
  return typeof a === 'bigint' || typeof b === 'bigint' ? isNumeric(a) && isNumeric(b) && a == b : false;
}

const isNumeric = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';

function pushMembers(a: object, b: object, stack: (JsonValue | undefined)[]): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) stack.push(a[i] as JsonValue, b[i] as JsonValue);
    return true;
  }
  const left = a as Readonly<Record<string, JsonValue | undefined>>;
  const right = b as Readonly<Record<string, JsonValue | undefined>>;
  let count = 0;
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue;
    count++;
    if (!Object.hasOwn(right, key) || right[key] === undefined) return false;
    stack.push(left[key], right[key]);
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) count--;
  return count === 0;
}
