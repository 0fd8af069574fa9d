import type { ScalarValue } from './node.ts';

/*
 * Which plain words are more than text, as docker compose reads them (a go-yaml of version 3, seen with docker compose 2.26): `yes` and `on` are
 * text, `0777` and `0o777` are octal, `1_000` is a number, dates and `80:80` are text.
 */
const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

const INTEGER = /^([+-]?)(?:0x([0-9a-fA-F]+)|0b([01]+)|0o?([0-7]+)|(0|[1-9][0-9]*))$/;
const FLOAT = /^[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?$/;
const RADIX = [16, 2, 8, 10];

/** The value of a scalar that stands without quotes and without a tag. */
export function plainScalar(text: string): ScalarValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  const integer = INTEGER.exec(digits);
  if (integer !== null) {
    const at = integer.slice(2).findIndex((part) => part !== undefined);
    const size = Number.parseInt(integer[at + 2] ?? '', RADIX[at]);
    // a number that a double does not hold stays as it is written
    if (!Number.isSafeInteger(size)) return text;
    return integer[1] === '-' ? -size : size;
  }
  return FLOAT.test(digits) ? Number(digits) : text;
}
