/** What tells items of a set or keyed list apart. */
import type { JsonObject, JsonValue } from '../object.ts';
import { keysOf, type Node } from './node.ts';
import { isList, isObject } from './own.ts';

export interface Identity {
  /** Equal for equal items, different for different ones; stable, so that it can be kept and compared as text. */
  readonly text: string;
  /** The part of the item that makes the identity: key fields, or the value itself. */
  readonly shown: JsonValue;
}

/** The identity of an item of this list; undefined in atomic lists, and for an item that is no object in a keyed list. */
export function identityOf(list: Node, item: JsonValue): Identity | undefined {
  if (list.listType === 'set') return { text: canonical(item), shown: item };
  if (list.listType !== 'map' || !isObject(item)) return undefined;
  const keys: JsonObject = keysOf(list, item);
  return { text: canonical(keys), shown: keys };
}

/**
 * JSON with sorted keys and no spaces: one text for equal values. Iterative, since values inside
 * x-kubernetes-preserve-unknown-fields may nest as deep as a body may.
 */
export function canonical(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  let text = '';
  const work: (JsonValue | Literal | undefined)[] = [value];
  while (work.length > 0) {
    const next = work.pop();
    if (next instanceof Literal) text += next.text;
    else if (isList(next)) pushList(next, work);
    else if (isObject(next)) pushObject(next, work);
    else text += typeof next === 'bigint' ? next.toString() : JSON.stringify(next ?? null);
  }
  return text;
}

class Literal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function pushList(list: readonly JsonValue[], work: (JsonValue | Literal | undefined)[]): void {
  work.push(new Literal(']'));
  for (let i = list.length - 1; i >= 0; i--) work.push(list[i], new Literal(i === 0 ? '' : ','));
  work.push(new Literal('['));
}

function pushObject(object: JsonObject, work: (JsonValue | Literal | undefined)[]): void {
  const keys = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort();
  work.push(new Literal('}'));
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] ?? '';
    work.push(object[key], new Literal(`${i === 0 ? '' : ','}${JSON.stringify(key)}:`));
  }
  work.push(new Literal('{'));
}
