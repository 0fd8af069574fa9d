import type { KindRef, KubeObject } from '../../schemas/object.ts';
import { keyOf, kindKey, type Key } from './keys.ts';

/** An object of any kind, as queues over all kinds name it. */
export interface Item {
  readonly kind: KindRef;
  readonly key: Key;
}

/** The queue key of an item. Names and kinds hold no spaces. */
export const itemKey = (kind: KindRef, key: Key): Key => `${kindKey(kind)} ${key}`;

export const itemKeyOf = (object: KubeObject): Key => itemKey(object, keyOf(object));

export function parseItemKey(text: Key): Item {
  const space = text.indexOf(' ');
  const slash = text.lastIndexOf('/', space);
  const kind = { apiVersion: text.slice(0, slash), kind: text.slice(slash + 1, space) };
  return { kind, key: text.slice(space + 1) };
}
