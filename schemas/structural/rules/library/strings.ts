import { EvaluationError } from '@marcbachmann/cel-js';
import type { Library } from './library.ts';

/** Compiles an RE2 pattern once, and says what of a text it fits; see pattern.ts. */
export type CompilePattern = (pattern: string) => RegExp;

/** cel-go's `strings` (version 2) as far as the CEL library has not, and Kubernetes' `find` and `findAll`. */
export const strings = (compile: CompilePattern): Library => ({
  namespaces: { strings: 'StringsNamespace' },
  functions: {
    'string.matchesRE2(string): bool': (text: string, pattern: string) => compile(pattern).test(text),
    'list<string>.joinBounded(): string': (list: string[]) => join(list, ''),
    'list<string>.joinBounded(string): string': join,
    'string.charAt(int): string': charAt,
    'string.replace(string, string): string': (text: string, from: string, to: string) => replace(text, from, to, -1n),
    'string.replace(string, string, int): string': replace,
    'string.find(string): string': (text: string, pattern: string) => compile(pattern).exec(text)?.[0] ?? '',
    'string.findAll(string): list<string>': (text: string, pattern: string) => findAll(compile(pattern), text, -1n),
    'string.findAll(string, int): list<string>': (text: string, pattern: string, most: bigint) =>
      findAll(compile(pattern), text, most),
    'string.format(list): string': format,
    'StringsNamespace.quote(string): string': (_: object, text: string) => JSON.stringify(text),
  },
});

function charAt(text: string, at: bigint): string {
  const characters = Array.from(text);
  if (at < 0n || at > BigInt(characters.length)) throw new EvaluationError(`index out of range: ${String(at)}`);
  return characters[Number(at)] ?? '';
}

/** The longest text that a function makes: as long as a request may be. */
const longest = 3 * 1024 * 1024;

function join(parts: readonly string[], separator: string): string {
  let length = separator.length * parts.length;
  for (const part of parts) {
    if (typeof part !== 'string') throw new EvaluationError('no such overload');
    length += part.length;
  }
  if (length > longest) throw new EvaluationError(`a text longer than ${String(longest)} characters`);
  return parts.join(separator);
}

/** @param most how often; all when negative */
function replace(text: string, from: string, to: string, most: bigint): string {
  const parts = text.split(from);
  const count = most < 0n ? parts.length - 1 : Math.min(Number(most), parts.length - 1);
  const head = join(parts.slice(0, count + 1), to);
  return count === parts.length - 1 ? head : head + from + parts.slice(count + 1).join(from);
}

function findAll(pattern: RegExp, text: string, most: bigint): readonly string[] {
  const all = new RegExp(pattern.source, `${pattern.flags}g`);
  const found: string[] = [];
  for (const [match] of text.matchAll(all)) {
    if (most >= 0n && BigInt(found.length) >= most) break;
    found.push(match);
  }
  return found;
}

const verb = /%(?:\.(\d{1,3}))?(.?)/gs;

function format(template: string, args: readonly unknown[]): string {
  let next = 0;
  return template.replace(verb, (_, precision: string | undefined, letter: string) => {
    if (letter === '%') return '%';
    if (next >= args.length) throw new EvaluationError(`index ${String(next)} out of range`);
    const value = args[next++];
    return formatOne(letter, value, precision === undefined ? 6 : Number(precision));
  });
}

function formatOne(letter: string, value: unknown, precision: number): string {
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  switch (letter) {
    case 's':
      return textOf(value);
    case 'd':
      if (isNumber) return String(value);
      break;
    case 'f':
      if (isNumber) return Number(value).toFixed(Math.min(precision, 100));
      break;
    case 'e':
      if (isNumber)
        return Number(value)
          .toExponential(Math.min(precision, 100))
          .replace(/e([+-])(\d)$/, 'e$10$2');
      break;
    case 'b':
      if (typeof value === 'bigint') return value.toString(2);
      if (typeof value === 'boolean') return value ? '1' : '0';
      break;
    case 'o':
      if (typeof value === 'bigint') return value.toString(8);
      break;
    case 'x':
    case 'X': {
      const hexadecimal =
        typeof value === 'bigint'
          ? value.toString(16)
          : typeof value === 'string' || value instanceof Uint8Array
            ? Buffer.from(value as string).toString('hex')
            : undefined;
      if (hexadecimal !== undefined) return letter === 'X' ? hexadecimal.toUpperCase() : hexadecimal;
      break;
    }
    default:
      throw new EvaluationError(`unrecognized formatting clause "${letter}"`);
  }
  throw new EvaluationError(`error during formatting: %${letter} cannot be used for the value`);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (value instanceof Map) {
    const members = [...value].map(([key, one]) => `${textOf(key)}: ${textOf(one)}`);
    return `{${members.sort().join(', ')}}`;
  }
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value === null || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value);
  }
  return (value as { toString(): string }).toString();
}
