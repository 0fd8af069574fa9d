/** JSON values as CEL sees them, by schema: an integer is an int even where JSON has only numbers, an object is a map. */
import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { JsonValue } from '../../object.ts';
import { memberOf, type Node } from '../node.ts';
import { isList, isObject } from '../own.ts';
import { withKind } from './list-kinds.ts';

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
 * Converts a value that its schema has accepted. Fields that the schema does not declare are not visible to rules.
 * @param saw told the length of every text and list: how much one step of a rule may have to look at
 */
export function toCel(node: Node, value: JsonValue, saw: (length: number) => void): CelValue {
  if (isObject(value)) {
    const map: CelMap = new Map();
    for (const key of Object.keys(value)) {
      const child = memberOf(node, key);
      const member = value[key];
      if (child !== undefined && member !== undefined) map.set(nameOf(node, key), toCel(child, member, saw));
    }
    return map;
  }
  if (isList(value)) {
    saw(value.length / itemsPerCharacter);
    const list = node.items ? value.map((item) => toCel(node.items as Node, item, saw)) : [];
    return node.listType === 'atomic'
      ? list
      : withKind(list, node.listType === 'set' ? 'set' : node.listKeys.map(escapeName));
  }
  if (typeof value === 'string') saw(value.length);
  return scalarToCel(node, value);
}

/** Items of a list are looked at faster than characters are searched. */
export const itemsPerCharacter = 10;

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

const nanos: Readonly<Record<string, number>> = {
  h: 3.6e12,
  m: 6e10,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ns: 1,
};

/** Go's notation, `1h30m`; its format has been checked. */
function toDuration(text: string): Duration {
  let total = 0n;
  for (const [, amount = '0', unit = 'ns'] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += BigInt(Math.round(Number(amount) * (nanos[unit] ?? 1)));
  }
  if (text.startsWith('-')) total = -total;
  return new Duration(total / 1_000_000_000n, Number(total % 1_000_000_000n));
}
