/** JSON values as CEL sees them, by schema: an integer is an int even where JSON has only numbers, an object is a map. */
import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { JsonValue } from '../../object.ts';
import { memberOf, type Node } from '../node.ts';
import { isList, isObject } from '../own.ts';
import { parseLooseDuration } from '../loose-duration.ts';
import { budget } from './budget.ts';
import { marked, type ListKind } from './list-kinds.ts';

export type CelValue = null | boolean | number | bigint | string | Date | Duration | Uint8Array | CelList | CelMap;
export type CelList = CelValue[];
/** A Map, so that no key of a stranger's can be mistaken for a method. */
export type CelMap = Map<string, CelValue>;

/** Words that CEL keeps for itself; as field names they are written `__namespace__`. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** What a rule can write at all, once it is escaped. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** How a rule writes the name of a declared field; undefined where CEL has no way to write it. */
export function fieldName(name: string): string | undefined {
  const escaped = escapeName(name);
  return identifier.test(escaped) ? escaped : undefined;
}

/** How a rule writes the name of a declared field, as Kubernetes escapes it; keys of maps are not escaped. */
export function escapeName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/**
 * Converts a value whose types are those of its schema; texts may be of no format, and are then what rules cannot work with. Fields
 * that the schema does not declare are not visible to rules. The budget learns how much one step of a rule may have to look at.
 */
export function toCel(node: Node, value: JsonValue): CelValue {
  if (isObject(value)) {
    const map: CelMap = new Map();
    for (const key of Object.keys(value)) {
      const child = memberOf(node, key);
      const member = value[key];
      if (child !== undefined && member !== undefined) map.set(nameOf(node, key), toCel(child, member));
    }
    return marked(map);
  }
  if (isList(value)) {
    budget.sawList(value.length);
    const list = node.items ? value.map((item) => toCel(node.items as Node, item)) : [];
    return marked(list, kindOf(node));
  }
  if (typeof value === 'string') budget.sawText(value.length);
  return scalarToCel(node, value);
}

function kindOf({ listType, listKeys }: Node): ListKind | undefined {
  if (listType === 'atomic') return undefined;
  return listType === 'set' ? 'set' : listKeys.map(escapeName);
}

/** The key of a member in the converted map. */
export const nameOf = (node: Node, key: string): string => (node.properties.has(key) ? escapeName(key) : key);

function scalarToCel(node: Node, value: null | boolean | number | bigint | string): CelValue {
  if (typeof value === 'number') return node.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'bigint') return node.type === 'number' ? Number(value) : value;
  return typeof value === 'string' && node.type === 'string' ? textToCel(node.schema.format, value) : value;
}

/** Texts of some formats are values of their own types. */
function textToCel(format: string | undefined, text: string): CelValue {
  switch (format) {
    case 'date':
    case 'date-time':
      return new Date(text);
    case 'duration':
      return toDuration(text);
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

const nanosPerSecond = 1_000_000_000n;

function toDuration(text: string): Duration {
  const nanos = parseLooseDuration(text) ?? 0n;
  return new Duration(nanos / nanosPerSecond, Number(nanos % nanosPerSecond));
}
