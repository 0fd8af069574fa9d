import type { JsonObject } from '../../../schemas/object.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';

/** A frozen copy, as objects come out of caches; `__proto__` in the text is an own key. */
export const parseFrozen = (text: string): JsonObject => freezeDeep(JSON.parse(text) as JsonObject);

/** A frozen value for tests; what it was made from stays as it is. */
export const frozen = (value: object): JsonObject => freezeDeep(structuredClone(value)) as JsonObject;

/** `{"a":{"a":…}}`, so many levels deep, made without recursion. */
export function nested(levels: number, key = 'a'): JsonObject {
  let value: JsonObject = {};
  for (let i = 0; i < levels; i++) value = { [key]: value };
  return value;
}
