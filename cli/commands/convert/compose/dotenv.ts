/** Env files (`.env`, `env_file`), as docker compose reads them. */
import { substitute, TemplateError } from './interpolate.ts';
import { ComposeError } from './node.ts';
import type { Variables } from './variables.ts';

const KEY = /^(?:export[ \t]+)?([\p{L}\p{N}_.[\]-]+)[ \t]*(?:([=:])[ \t]*|(?=\r?\n|$|#))/u;

/**
 * The variables of an env file. `variables` are those that its own values may refer to, and that a name without a value takes from; earlier lines count
 * as well. Throws ComposeError with `file:line`.
 */
export function parseDotenv(text: string, file: string, variables: Variables): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lookup: Variables = { ...variables, find: (name) => variables.find(name) ?? found.get(name) };
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, at)) {
    const fail = (problem: string): never => {
      throw new ComposeError(`${file}:${String(lineAt(text, at))}:1: ${problem}`);
    };
    const rest = text.slice(at);
    const [head = '', name = '', sign] = KEY.exec(rest) ?? [];
    if (name === '')
      return fail(`this is no variable: write NAME=value (found ${JSON.stringify(rest.split('\n', 1)[0])})`);
    at += head.length;
    if (sign === undefined) {
      const value = variables.find(name);
      if (value !== undefined) found.set(name, value);
      continue;
    }
    const { raw, end, expand } = valueAt(text, at, fail);
    at = end;
    try {
      found.set(name, expand ? substitute(raw, lookup) : raw);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return fail(error.message);
    }
  }
  return found;
}

interface Value {
  readonly raw: string;
  readonly end: number;
  /** Single quotes keep dollar signs as they are. */
  readonly expand: boolean;
}

function valueAt(text: string, at: number, fail: (problem: string) => never): Value {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end);
    const comment = line.indexOf(' #');
    return { raw: (comment < 0 ? line : line.slice(0, comment)).trimEnd(), end, expand: true };
  }
  let raw = '';
  for (let next = at + 1; next < text.length; next += 1) {
    const sign = text[next];
    if (sign === '\\' && next + 1 < text.length) {
      raw += text[next + 1] === quote ? quote : `\\${text[next + 1] ?? ''}`;
      next += 1;
    } else if (sign === quote) {
      return quote === '"'
        ? { raw: unescape(raw), end: next + 1, expand: true }
        : { raw, end: next + 1, expand: false };
    } else raw += sign;
  }
  return fail(`the quote ${quote} is not closed`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  c: '\\c',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  // left to the interpolation, which makes one dollar sign of it
  $: '$$',
};

const unescape = (text: string): string =>
  text.replaceAll(/\\([abcfnrtv$"\\])/g, (_, sign: string) => ESCAPES[sign] ?? sign);

/** Past white space and lines of comment. */
function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) at += 1;
    else if (text[at] === '#') {
      const newline = text.indexOf('\n', at);
      at = newline < 0 ? text.length : newline;
    } else break;
  }
  return at;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** `format: raw`: every line is NAME=value, and the value is what stands there. */
export function parseRawEnv(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '' && !line.startsWith('#') && line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)]),
  );
}
