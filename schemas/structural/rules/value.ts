/** JSON values as CEL sees them, by schema: an integer is an int even where JSON has only numbers, an object is a map. */
import type { JsonValue } from '../../object.ts';
import { memberOf, type Node } from '../node.ts';
import { isList, isObject } from '../own.ts';

export type CelValue = null | boolean | number | bigint | string | Date | CelList | CelMap;
export type CelList = CelValue[];
/** A Map, so that no key of a stranger's can be mistaken for a method. */
export type CelMap = Map<string, CelValue>;

/** Words that CEL keeps for itself; as field names they are written `__namespace__`. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** How a rule writes the name of a declared field, as Kubernetes escapes it; keys of maps are not escaped. */
export function escapeName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** Converts a value that its schema has accepted. Fields that the schema does not declare are not visible to rules. */
export function toCel(node: Node, value: JsonValue): CelValue {
  if (isObject(value)) {
    const map: CelMap = new Map();
    for (const key of Object.keys(value)) {
      const child = memberOf(node, key);
      const member = value[key];
      if (child !== undefined && member !== undefined) map.set(nameOf(node, key), toCel(child, member));
    }
    return map;
  }
  if (isList(value)) return node.items ? value.map((item) => toCel(node.items as Node, item)) : [];
  return scalarToCel(node, value);
}

/** The key of a member in the converted map. */
export const nameOf = (node: Node, key: string): string => (node.properties.has(key) ? escapeName(key) : key);

function scalarToCel(node: Node, value: null | boolean | number | bigint | string): CelValue {
  if (typeof value === 'number') return node.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'bigint') return node.type === 'number' ? Number(value) : value;
  if (typeof value === 'string' && node.schema.format === 'date-time') return new Date(value);
  return value;
}
