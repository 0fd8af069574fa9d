import type { JsonValue } from '../object.ts';
import { isList, isObject, own } from '../structural/own.ts';

/** The objects of a List (`kind: List`, `kind: ConfigMapList`); undefined for any other value. */
export function itemsOfList(value: JsonValue): readonly JsonValue[] | undefined {
  if (!isObject(value)) return undefined;
  const kind = own(value, 'kind');
  const items = own(value, 'items');
  return typeof kind === 'string' && kind.endsWith('List') && isList(items) ? items : undefined;
}
