/** What is wrong with a field, in the words of a real API server (apimachinery's `field.Error`). */
import type { JsonValue } from '../object.ts';
import { isList, isObject } from './own.ts';

/** `causes[].reason` of a Status. */
export type FieldReason =
  | 'FieldValueInvalid'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** One refusal. The Status shows it as `path: message`. */
export interface FieldIssue {
  /** `spec.ports[0].name`; empty for the object as a whole. */
  readonly path: string;
  readonly reason: FieldReason;
  /** Begins as the real server's: `Invalid value: "x": …`, `Required value`, … */
  readonly message: string;
}

/** After so many issues of one object, one more tells a person nothing. */
export const maxIssues = 100;

/** Values in messages are cut here, so that a megabyte of input never comes back as an error. */
const shownCharacters = 200;
const shownDepth = 6;

/** A value as messages show it: JSON, cut to a readable length. */
export function show(value: JsonValue | undefined, depth = shownDepth): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (typeof value === 'bigint') return value.toString();
  if (value === undefined || value === null) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (depth === 0) return isList(value) ? '[…]' : '{…}';
  const parts: string[] = [];
  let length = 0;
  const add = (part: string): boolean => {
    parts.push(length > shownCharacters ? '…' : part);
    length += part.length;
    return length <= shownCharacters + part.length;
  };
  if (isList(value)) {
    value.every((item) => add(show(item, depth - 1)));
    return `[${parts.join(',')}]`;
  }
  Object.keys(value).every((key) => add(`${show(key)}:${show(value[key], depth - 1)}`));
  return `{${parts.join(',')}}`;
}

const cut = (text: string): string => (text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);

const says = (head: string, detail: string): string => (detail === '' ? head : `${head}: ${detail}`);

export const invalid = (path: string, value: JsonValue | undefined, detail: string): FieldIssue => ({
  path,
  reason: 'FieldValueInvalid',
  message: says(`Invalid value: ${show(value)}`, detail),
});

export const required = (path: string, detail = ''): FieldIssue => ({
  path,
  reason: 'FieldValueRequired',
  message: says('Required value', detail),
});

export const forbidden = (path: string, detail: string): FieldIssue => ({
  path,
  reason: 'FieldValueForbidden',
  message: says('Forbidden', detail),
});

export const duplicate = (path: string, value: JsonValue | undefined): FieldIssue => ({
  path,
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${show(value)}`,
});

export const notSupported = (
  path: string,
  value: JsonValue | undefined,
  supported: readonly JsonValue[],
): FieldIssue => ({
  path,
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${show(value)}: supported values: ${supported.map((one) => JSON.stringify(typeof one === 'string' ? one : show(one))).join(', ')}`,
});

export const tooLong = (path: string, maximum: number): FieldIssue => ({
  path,
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${String(maximum)} ${maximum === 1 ? 'byte' : 'bytes'}`,
});

export const tooMany = (path: string, actual: number, maximum: number): FieldIssue => ({
  path,
  reason: 'FieldValueTooMany',
  message: `Too many: ${String(actual)}: must have at most ${String(maximum)} ${maximum === 1 ? 'item' : 'items'}`,
});

/** `given` is the JSON type that came, or, for a failed format, the value itself. */
export const typeInvalid = (path: string, expected: string, given: string): FieldIssue => ({
  path,
  reason: 'FieldValueTypeInvalid',
  message: `Invalid value: ${show(given)}: ${path} in body must be of type ${expected}: ${show(given)}`,
});

/** JSON's name for what a value is; whole numbers are `integer`. */
export function jsonType(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (isList(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
