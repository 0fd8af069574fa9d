import type { JsonValue } from '../object.ts';
import { exactInteger } from './number.ts';

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

const INTEGER = /^[-+]?[0-9]+$/;
const BASED = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const LONGEST_NUMBER = 400;

/**
 * What a text without quotes stands for in YAML's core schema: fewer words mean something there than in the YAML of manifests (yaml-scalar.ts), `no` and
 * `on` are text. What has no place in JSON stays text.
 */
export function resolveCore(text: string): JsonValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (text.length > LONGEST_NUMBER) return text;
  if (BASED.test(text)) return exactInteger(BigInt(text));
  if (INTEGER.test(text)) {
    const magnitude = BigInt(text.replace(/^[-+]/, ''));
    return exactInteger(text.startsWith('-') ? -magnitude : magnitude);
  }
  const value = FLOAT.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : text;
}
