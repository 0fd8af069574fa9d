/**
 * What Go's JSON decoder says of a value that does not fit its field, for built-in kinds: `json: cannot unmarshal number into
 * Go struct field ConfigMap.data of type string`. Clients show these words as they are.
 */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isFormat } from '../../schemas/structural/formats.ts';
import { isList, isObject, own } from '../../schemas/structural/own.ts';
import type { Node } from '../../schemas/structural/structural.ts';

interface Place {
  /** Name of the innermost Go struct around the value. */
  readonly struct: string;
  /** Fields from the root, without keys of maps and places in lists. */
  readonly fields: readonly string[];
}

/** The first value in the object that its field cannot take; undefined when there is none. */
export function wrongTypeIn(kind: string, node: Node, value: JsonObject): string | undefined {
  return within({ struct: kind, fields: [] }, node, value);
}

function within(place: Place, node: Node, value: JsonValue): string | undefined {
  if (value === null) return undefined;
  const { type, format } = node.schema;
  if (type !== undefined && !fits(type, value, format)) return cannot(place, node, value);
  if (typeof value === 'string') return format === undefined ? undefined : badText(format, value);
  if (isList(value)) return firstOf(value, (item) => (node.items ? within(place, node.items, item) : undefined));
  if (!isObject(value)) return undefined;
  return firstOf(Object.keys(value), (key) => {
    const member = own(value, key) as JsonValue;
    const field = node.properties.get(key);
    if (field === undefined) return node.additional && within(place, node.additional, member);
    return within({ struct: structOf(place, node), fields: [...place.fields, key] }, field, member);
  });
}

/** An object with properties is a struct: of the name it has in documents, or the one around it and the name of its field. */
function structOf({ struct, fields }: Place, node: Node): string {
  const field = fields.at(-1);
  if (field === undefined) return struct;
  return node.schema.model ?? (fields.length === 1 && field === 'metadata' ? 'ObjectMeta' : struct + capital(field));
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function fits(type: NonNullable<Node['type']>, value: JsonValue, format: string | undefined): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return isList(value);
    case 'integer':
      return isInRange(value, format);
    case 'number':
      return typeof value === 'bigint' || typeof value === 'number';
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}

function isInRange(value: JsonValue, format: string | undefined): boolean {
  if (typeof value === 'number' && !Number.isInteger(value)) return false;
  if (typeof value !== 'number' && typeof value !== 'bigint') return false;
  return BigInt.asIntN(format === 'int32' ? 32 : 64, BigInt(value)) === BigInt(value);
}

function cannot({ struct, fields }: Place, node: Node, value: JsonValue): string {
  const given = isNumber(value) && isNumeric(node) ? `number ${String(value)}` : nameOf(value);
  return `json: cannot unmarshal ${given} into Go struct field ${struct}.${fields.join('.')} of type ${goType(node)}`;
}

const isNumber = (value: JsonValue): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const isNumeric = ({ type }: Node): boolean => type === 'integer' || type === 'number';

function nameOf(value: JsonValue): string {
  if (isList(value)) return 'array';
  if (isNumber(value)) return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goType({ type, schema, items, additional }: Node): string {
  switch (type) {
    case 'boolean':
      return 'bool';
    case 'integer':
      return schema.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'array':
      return `[]${items === undefined ? 'interface {}' : goType(items)}`;
    case 'object':
      return additional === undefined ? `v1.${schema.model ?? 'ObjectMeta'}` : `map[string]${goType(additional)}`;
    default:
      return schema.format === 'byte' ? '[]uint8' : 'string';
  }
}

/** Texts that stand for bytes or times; what is wrong with the former may be a secret, so only the place is told. */
function badText(format: string, text: string): string | undefined {
  if ((format !== 'byte' && format !== 'date-time') || isFormat(format, text)) return undefined;
  if (format === 'date-time') return `parsing time ${JSON.stringify(text.slice(0, 100))}: it is no RFC 3339 time`;
  const good = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  return `illegal base64 data at input byte ${good === text.length ? text.length - (text.length % 4) : good}`;
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
