/** How server-side apply sees a value: what is owned as a whole and what is owned part by part. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { identityOf } from '../../schemas/structural/identity.ts';
import { memberOf, type Node } from '../../schemas/structural/node.ts';
import { isList, isObject } from '../../schemas/structural/own.ts';
import { fieldStep } from './path-step.ts';

/** A place of the schema; undefined is a part it does not describe: maps are granular there, lists atomic. */
export type Place = Node | undefined;

/** Deeper down, a value is one leaf: ownership needs no more, and recursion stays bounded whatever was sent. */
export const maxTrackedDepth = 300;

/** The value as a map whose fields have owners of their own; undefined when it is a leaf or something else. */
export function asMap(place: Place, value: JsonValue | undefined, depth: number): JsonObject | undefined {
  if (!isObject(value) || depth >= maxTrackedDepth) return undefined;
  if (place === undefined) return value;
  return (place.type ?? 'object') === 'object' && place.mapType === 'granular' ? value : undefined;
}

/** The value as a list whose items have owners of their own; undefined when it is atomic or no list. */
export function asItems(place: Place, value: JsonValue | undefined, depth: number): readonly JsonValue[] | undefined {
  if (!isList(value) || depth >= maxTrackedDepth) return undefined;
  return place?.type === 'array' && place.listType !== 'atomic' ? value : undefined;
}

export const placeOfField = (place: Place, name: string): Place => place && memberOf(place, name);

/** Whether the schema names this field, as opposed to a key of a map. */
export const isNamedField = (place: Place, name: string): boolean => place?.properties.has(name) === true;

/** The steps of a list's items, in order. */
export const stepsOf = (place: Place, items: readonly JsonValue[]): string[] =>
  items.map((item, index) => stepOf(place, item, index));

function stepOf(place: Place, item: JsonValue, index: number): string {
  const identity = place && identityOf(place, item);
  if (identity === undefined) return `i:${String(index)}`;
  return `${place?.listType === 'set' ? 'v' : 'k'}:${identity.text}`;
}

/** Name of the field of a step, if it is one. */
export const fieldOf = (step: string): string | undefined => (step.startsWith('f:') ? step.slice(2) : undefined);

export { fieldStep };
