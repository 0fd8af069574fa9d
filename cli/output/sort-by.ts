import { parseColumnPath, valuesAt } from '../../schemas/values/jsonpath.ts';

/** A sorted copy: numbers and times by value, text by letters, things without the field first. Throws JsonPathError. */
export function sortByPath<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): readonly T[] {
  const parsed = parseColumnPath(path);
  const keyed = items.map((item) => ({ item, value: valuesAt(parsed, objectOf(item))[0] }));
  return keyed.sort((a, b) => compare(a.value, b.value)).map(({ item }) => item);
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : Number(a > b);
  const [first, second] = [textOf(a), textOf(b)];
  return first < second ? -1 : Number(first > second);
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
