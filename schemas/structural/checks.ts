/** The keywords that look at one value only: lengths, ranges, patterns, formats, enums. */
import type { JsonValue } from '../object.ts';
import type { StructuralSchema } from './schema.ts';
import { equal } from './equal.ts';
import type { FieldPath } from './field-path.ts';
import { compileFormat } from './formats.ts';
import { invalid, notSupported, tooLong, tooMany, type FieldIssue } from './issue.ts';
import { isList, isObject } from './own.ts';
import { compilePattern } from './pattern.ts';

/** Says what is wrong with a value, or undefined. Values of a type the keyword does not speak of are passed. */
export type Check = (value: JsonValue, path: FieldPath) => FieldIssue | undefined;

/** Compiles a schema's value keywords. @throws {SchemaError} where a pattern cannot be compiled */
export function compileChecks(schema: StructuralSchema, path: string): readonly Check[] {
  return [
    ...stringChecks(schema, path),
    ...numberChecks(schema),
    ...listChecks(schema),
    ...objectChecks(schema),
    ...enumCheck(schema),
  ];
}

function stringChecks(schema: StructuralSchema, where: string): Check[] {
  const { minLength, maxLength, pattern } = schema;
  const checks: Check[] = [];
  const add = (check: (text: string, path: FieldPath) => FieldIssue | undefined): void => {
    checks.push((value, path) => (typeof value === 'string' ? check(value, path) : undefined));
  };
  if (maxLength !== undefined) {
    add((text, path) => (longerThan(text, maxLength) ? tooLong(path.at(), maxLength) : undefined));
  }
  if (minLength !== undefined) {
    const says = `should be at least ${String(minLength)} chars long`;
    add((text, path) => (longerThan(text, minLength - 1) ? undefined : body(path, text, says)));
  }
  if (pattern !== undefined) {
    const matches = compilePattern(pattern, `${where === '' ? '' : `${where}.`}pattern`);
    add((text, path) => (matches(text) ? undefined : body(path, text, `should match '${pattern}'`)));
  }
  const format = compileFormat(schema);
  if (format) checks.push(format);
  return checks;
}

/** Length in characters as people and Go's runes count them; only counted when the units leave a doubt. */
function longerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > limit * 2) return true;
  let count = 0;
  for (const _ of text) if (++count > limit) return true;
  return false;
}

function numberChecks(schema: StructuralSchema): Check[] {
  const { minimum, maximum, multipleOf } = schema;
  const checks: Check[] = [];
  const add = (fails: (value: number | bigint) => boolean, says: string): void => {
    checks.push((value, path) =>
      (typeof value === 'number' || typeof value === 'bigint') && fails(value) ? body(path, value, says) : undefined,
    );
  };
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum === true) add((n) => n <= minimum, `should be greater than ${String(minimum)}`);
    else add((n) => n < minimum, `should be greater than or equal to ${String(minimum)}`);
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum === true) add((n) => n >= maximum, `should be less than ${String(maximum)}`);
    else add((n) => n > maximum, `should be less than or equal to ${String(maximum)}`);
  }
  if (multipleOf !== undefined) {
    add((n) => !isMultiple(n, multipleOf), `should be a multiple of ${String(multipleOf)}`);
  }
  return checks;
}

function isMultiple(value: number | bigint, of: number): boolean {
  if (typeof value === 'bigint') return Number.isInteger(of) ? value % BigInt(of) === 0n : true;
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.abs(quotient);
}

function listChecks({ minItems, maxItems, uniqueItems }: StructuralSchema): Check[] {
  const checks: Check[] = [];
  const add = (check: (list: readonly JsonValue[], path: FieldPath) => FieldIssue | undefined): void => {
    checks.push((value, path) => (isList(value) ? check(value, path) : undefined));
  };
  if (maxItems !== undefined) {
    add((list, path) => (list.length > maxItems ? tooMany(path.at(), list.length, maxItems) : undefined));
  }
  if (minItems !== undefined) {
    const says = `should have at least ${String(minItems)} items`;
    add((list, path) => (list.length < minItems ? body(path, list.length, says) : undefined));
  }
  if (uniqueItems === true) {
    add((list, path) =>
      list.some((item, index) => list.findIndex((other) => equal(item, other)) < index)
        ? body(path, '', "shouldn't contain duplicates")
        : undefined,
    );
  }
  return checks;
}

function objectChecks({ minProperties, maxProperties }: StructuralSchema): Check[] {
  const checks: Check[] = [];
  const add = (check: (count: number, path: FieldPath) => FieldIssue | undefined): void => {
    checks.push((value, path) => (isObject(value) ? check(Object.keys(value).length, path) : undefined));
  };
  if (maxProperties !== undefined) {
    add((count, path) => (count > maxProperties ? tooMany(path.at(), count, maxProperties) : undefined));
  }
  if (minProperties !== undefined) {
    const says = `should have at least ${String(minProperties)} properties`;
    add((count, path) => (count < minProperties ? body(path, count, says) : undefined));
  }
  return checks;
}

function enumCheck(schema: StructuralSchema): Check[] {
  if (schema.enum === undefined) return [];
  const allowed = schema.enum as readonly JsonValue[];
  const scalars = new Set<unknown>(allowed);
  return [
    (value, path) =>
      scalars.has(value) || allowed.some((one) => equal(one, value))
        ? undefined
        : notSupported(path.at(), value, allowed),
  ];
}

const body = (path: FieldPath, value: JsonValue, says: string): FieldIssue =>
  invalid(path.at(), value, `${path.at()} in body ${says}`);
