import type { JsonValue } from '../object.ts';
import { exactInteger } from './number.ts';

/*
 * Which plain words are more than text. This is what Kubernetes' own YAML reader does (a go-yaml of version 2, seen with
 * kubectl 1.32), so that one file means the same here and there: `yes`, `on` and `y` are true, `0777` and `0o777` are
 * octal, `1_000` is a number, dates and `60:30` are text. Infinity and not-a-number have no JSON and are refused.
 */
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const INTEGER = /^([+-]?)(?:0x([0-9a-fA-F]+)|0b([01]+)|0o?([0-7]+)|(0|[1-9][0-9]*))$/;
const FLOAT = /^[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?$/;
const NOT_JSON = /^[+-]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;
const LONGEST_NUMBER = 400;

/** A scalar that YAML allows and JSON does not have. */
export class ScalarError extends Error {
  override readonly name = 'ScalarError';
}

/** The value of a scalar that stands without quotes and without a tag. Throws ScalarError. */
export function resolvePlain(text: string): JsonValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (NOT_JSON.test(text))
    throw new ScalarError(`${text} has no place in JSON; put it in quotes if it is meant as text`);
  return resolveNumber(text) ?? text;
}

function resolveNumber(text: string): number | bigint | undefined {
  if (!/^[-+.0-9]/.test(text) || text.length > LONGEST_NUMBER) return undefined;
  const digits = text.replaceAll('_', '');
  const integer = INTEGER.exec(digits);
  if (integer) {
    const [, sign, hex, binary, octal, decimal] = integer;
    const magnitude = BigInt(
      hex !== undefined
        ? `0x${hex}`
        : binary !== undefined
          ? `0b${binary}`
          : octal !== undefined
            ? `0o${octal}`
            : (decimal ?? '0'),
    );
    return exactInteger(sign === '-' ? -magnitude : magnitude);
  }
  if (!FLOAT.test(digits)) return undefined;
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new ScalarError(`the number ${text.slice(0, 40)} is too large`);
  return value;
}

const TAG_PREFIX = 'tag:yaml.org,2002:';

/** The value of a scalar with a tag (`!!str`, or in full). Throws ScalarError for what is not one of JSON's types. */
export function resolveTagged(tag: string, text: string): JsonValue {
  const name = tag.startsWith(TAG_PREFIX) ? `!!${tag.slice(TAG_PREFIX.length)}` : tag;
  if (name === '!!str' || name === '!' || name === '!!timestamp') return text;
  const value = resolvePlain(text);
  const fits =
    (name === '!!int' && (typeof value === 'bigint' || Number.isInteger(value))) ||
    (name === '!!float' && typeof value === 'number') ||
    (name === '!!bool' && typeof value === 'boolean') ||
    (name === '!!null' && value === null);
  if (fits) return value;
  if (['!!int', '!!float', '!!bool', '!!null'].includes(name)) {
    throw new ScalarError(`${JSON.stringify(text.slice(0, 40))} does not fit the tag ${name}`);
  }
  if (name === '!!binary') {
    throw new ScalarError('the tag !!binary is not supported; write base64 text under data, or plain text');
  }
  throw new ScalarError(`the tag ${name.slice(0, 80)} is not supported; leave it out`);
}
