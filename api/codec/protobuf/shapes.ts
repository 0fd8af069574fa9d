/**
 * Messages whose JSON is no object with the same fields: times are texts, some are a schema or something else. Keys are
 * names of messages in proto/kubernetes.
 */
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { isList, isObject } from '../../../schemas/structural/own.ts';
import { parseTime } from '../../../schemas/values/time.ts';
import { textOf } from './wire.ts';

export interface Shape {
  /** JSON of a message that has been read field by field; undefined: nothing at all. Throws RangeError. */
  readonly read: (fields: JsonObject) => JsonValue | undefined;
  /** Fields of the message for some JSON. */
  readonly write: (value: JsonValue) => JsonObject;
}

/** First and last second that RFC 3339 can write. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** Undefined for an empty message and for Go's zero time. */
function secondsOf(fields: JsonObject): number | undefined {
  const { seconds, nanos } = fields;
  if (seconds === undefined && nanos === undefined) return undefined;
  return checkSeconds(seconds ?? 0);
}

function checkSeconds(seconds: JsonValue): number | undefined {
  if (typeof seconds !== 'number' || seconds < FIRST_SECOND || seconds > LAST_SECOND) {
    throw new RangeError('a time outside of the years 1 to 9999');
  }
  return seconds === FIRST_SECOND ? undefined : seconds;
}

const isoSecond = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);

const time: Shape = {
  read(fields) {
    const seconds = secondsOf(fields);
    return seconds === undefined ? undefined : `${isoSecond(seconds)}Z`;
  },
  write: (value) => ({ seconds: wholeSeconds(textOf(value)) }),
};

const microTime: Shape = {
  read(fields) {
    const seconds = secondsOf(fields);
    const nanos = Number(fields['nanos'] ?? 0);
    if (nanos < 0 || nanos > 999_999_999) throw new RangeError(`a time has ${String(nanos)} nanoseconds`);
    if (seconds === undefined) return undefined;
    return `${isoSecond(seconds)}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
  },
  write(value) {
    const text = textOf(value);
    const [, digits = ''] = /[.,](\d{1,6})/.exec(text) ?? [];
    return { seconds: wholeSeconds(text), nanos: Number(digits.padEnd(6, '0')) * 1000 };
  },
};

/** Digits behind the second are cut first: with them, far years lose some to the precision of a number. */
function wholeSeconds(text: string): number {
  const milliseconds = parseTime(text.replace(/[.,]\d+/, ''));
  if (milliseconds === undefined) throw new RangeError(`${JSON.stringify(text)} is no time`);
  return milliseconds / 1000;
}

const strings: Shape = {
  read: (fields) => fields['items'] ?? [],
  write: (value) => ({ items: value }),
};

const schemaOrBool: Shape = {
  read: (fields) => fields['schema'] ?? fields['allows'] === true,
  write: (value) => (isObject(value) ? { allows: true, schema: value } : { allows: value === true }),
};

const schemaOrList = (list: 'schemas' | 'strings'): Shape => ({
  read: (fields) => fields[list] ?? fields['schema'],
  write: (value) => (isList(value) ? { [list]: value } : { schema: value }),
});

export const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ['kubernetes.Time', time],
  ['kubernetes.MicroTime', microTime],
  ['kubernetes.Strings', strings],
  ['kubernetes.apiextensions.JSONSchemaPropsOrBool', schemaOrBool],
  ['kubernetes.apiextensions.JSONSchemaPropsOrArray', schemaOrList('schemas')],
  ['kubernetes.apiextensions.JSONSchemaPropsOrStringArray', schemaOrList('strings')],
]);

/** The message that holds JSON as text. */
export const RAW_JSON = 'kubernetes.RawJson';
