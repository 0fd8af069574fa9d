import { setFlagsFromString } from 'node:v8';
import { SchemaError } from './schema-error.ts';

/**
 * Lets V8 leave its backtracking engine for its linear one when a pattern backtracks too much, for the whole process.
 * Without it `^(a+)+$` and thirty characters stop the server for seconds; Kubernetes' RE2 is linear by nature. For the
 * program that serves strangers' schemas to call once. Patterns are compiled so that the linear engine can take them, but
 * for those with `(?i)`, with Unicode classes, or with very large counted repetitions, which it does not know.
 */
export function boundBacktracking(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}

/** Longer patterns are no description of a field; RE2 has a bound of this kind too. */
const maxPatternLength = 4096;

const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/**
 * Compiles a pattern in RE2's syntax, which is Kubernetes', for unanchored matching.
 * @param where path in the schema, for the error
 * @throws {SchemaError} where RE2 would refuse the pattern (look-around and back-references included)
 */
export function compilePattern(pattern: string, where: string): (text: string) => boolean {
  const compiled = compileRegExp(pattern, where);
  return (text) => compiled.test(text);
}

/** The same as a regular expression of JavaScript's, without state. @throws {SchemaError} */
export function compileRegExp(pattern: string, where: string): RegExp {
  if (pattern.length > maxPatternLength) {
    throw new SchemaError(where, `is longer than ${String(maxPatternLength)} characters`);
  }
  const { source, flags, unicode } = translate(pattern, where);
  try {
    // V8's linear engine does not take the u flag: only patterns that mean something else without it get it
    return new RegExp(source, unicode ? `${flags}u` : flags);
  } catch (cause) {
    throw new SchemaError(where, `is no regular expression: ${JSON.stringify(pattern)}`, { cause });
  }
}

interface Translation {
  readonly source: string;
  readonly flags: string;
  readonly unicode: boolean;
}

/** One token of RE2: inline flags, named groups, other groups, POSIX classes, class borders, escapes, anything. */
const tokens =
  /\(\?P?<(?![=!])(\w+)>|\(\?<?[=!]|\(\?([^:)<]*)[:)]?|\[:(\^?)(\w+):\]|\[\^?\]?|\]|\\(?:[pP](?:\{\^?\w+\}|\w)|x\{[0-9A-Fa-f]+\}|.)|[^]/gsu;

function translate(pattern: string, where: string): Translation {
  const groups = new Groups();
  let flags = '';
  let inClass = false;
  let unicode = false;
  const refuse = (what: string): never => {
    throw new SchemaError(where, `${what} is not part of the regular expressions that Kubernetes knows (RE2)`);
  };
  const source = pattern.replace(
    tokens,
    (token, name?: string, inline?: string, not?: string, posix?: string, at?: number) => {
      if (token.codePointAt(0)! > 0xffff) unicode = true;
      if (token.startsWith('\\')) {
        const escape = translateEscape(token, inClass, refuse);
        unicode ||= escape.unicode;
        return escape.source;
      }
      if (inClass) {
        if (posix !== undefined)
          return not === '' && Object.hasOwn(posixClasses, posix) ? (posixClasses[posix] ?? '') : refuse(token);
        if (token === ']') inClass = false;
        return token.startsWith('[') ? token.replaceAll('[', '\\[') : token;
      }
      if (token.startsWith('[')) {
        inClass = true;
        return token.replace(']', '\\]');
      }
      if (token === '|') return groups.alternate();
      if (token === ')') return groups.close();
      if (name !== undefined) return groups.open(`(?<${name}>`);
      if (token === '(') return groups.open(token);
      if (!token.startsWith('(?')) return token;
      if (/^\(\?<?[=!]/.test(token)) return refuse('look-around');
      if (inline === '' && token.endsWith(':')) return groups.open(token);
      if (!/^(?=.)[ims]*(?:-[ims]+)?$/.test(inline ?? '')) return refuse(`the group ${token}`);
      if (token.endsWith(':')) return groups.open(token);
      // V8's linear engine knows flags of a whole pattern, and none of its parts
      if (at !== 0 || inline?.includes('-')) return groups.switchFlags(inline ?? '');
      flags = [...new Set(inline)].join('');
      return '';
    },
  );
  return { source: source + groups.end(), flags, unicode };
}

/** `(?i)` holds to the end of its group, over `|` too; JavaScript writes `(?i:…)` around each alternative. */
class Groups {
  /** The flags that were switched in each open group. */
  readonly #switched: string[][] = [[]];

  open(text: string): string {
    this.#switched.push([]);
    return text;
  }

  switchFlags(flags: string): string {
    this.#switched.at(-1)?.push(`(?${flags}:`);
    return `(?${flags}:`;
  }

  alternate(): string {
    const switched = this.#switched.at(-1) ?? [];
    return `${')'.repeat(switched.length)}|${switched.join('')}`;
  }

  close(): string {
    return `${')'.repeat(this.#switched.pop()?.length ?? 0)})`;
  }

  end(): string {
    return ')'.repeat(this.#switched[0]?.length ?? 0);
  }
}

function translateEscape(
  token: string,
  inClass: boolean,
  refuse: (what: string) => never,
): { source: string; unicode: boolean } {
  const kind = token[1] ?? '';
  if (kind === 'p' || kind === 'P') {
    const name = token.length === 3 ? token.slice(2) : token.slice(3, -1);
    const script = name.length > 2 ? `Script=${name}` : name;
    return { source: `\\${kind}{${script}}`, unicode: true };
  }
  if (token.startsWith('\\x{')) {
    const code = Number.parseInt(token.slice(3, -1), 16);
    return code > 0xffff
      ? { source: `\\u{${code.toString(16)}}`, unicode: true }
      : { source: `\\u${code.toString(16).padStart(4, '0')}`, unicode: false };
  }
  if (!inClass && /[1-9k]/.test(kind)) return refuse('a back-reference');
  if (!inClass && kind === 'A') return { source: '^', unicode: false };
  if (!inClass && kind === 'z') return { source: '$', unicode: false };
  return { source: token, unicode: false };
}
