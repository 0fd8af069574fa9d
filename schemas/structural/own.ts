/**
 * Reading and writing JSON objects whose keys come from strangers: `__proto__`, `constructor` and `toString` are data like
 * any other key. Everything that walks foreign values goes through these few functions.
 */
import type { JsonObject, JsonValue } from '../object.ts';

/** A JSON object under construction. */
export type MutableObject = Record<string, JsonValue | undefined>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly JsonValue[] => Array.isArray(value);

/** The own property `key`, never something inherited. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own property, also when it is called `__proto__`. */
export function put(target: MutableObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** A shallow copy that may be written to; own `__proto__` included. */
export const shallow = (object: JsonObject): MutableObject => ({ ...object });

/** A copy without one key; the object itself when it has no such key. */
export function without(object: JsonObject, key: string): JsonObject {
  if (!Object.hasOwn(object, key)) return object;
  const copy = shallow(object);
  delete copy[key];
  return copy;
}

/** Freezes a value and all below it. For values of our own making: it recurses, so its depth must be bounded. */
export function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) freezeDeep(child);
  }
  return value;
}
