import { JsonPathError } from './syntax.ts';
import type { Comparison, JsonPath, Operand, Step } from './syntax.ts';

const FIELD = /(?:\\.|[^\s.[\]{}()=!<>,@$"'\\|])+/y;
const INDEX = /^-?\d{1,15}$/;
const SLICE = /^(-?\d{1,15})?:(-?\d{1,15})?(?::(-?\d{1,15})?)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const OPERATOR = /==|!=|<=|>=|<|>/;

/**
 * Reads the steps of one path, starting at `offset` of `text`, until something that belongs to no path.
 * `.a.b`, `$.a`, `@.a`, `['a.b']`, `[0]`, `[1:3]`, `[*]`, `..a`, `[?(@.x=="y")]`, `a.b`.
 */
export function parsePath(
  text: string,
  offset: number,
  implicitFrom: JsonPath['from'],
): { readonly path: JsonPath; readonly end: number } {
  let at = offset;
  let from = implicitFrom;
  const steps: Step[] = [];
  if (text[at] === '$' || text[at] === '@') {
    from = text[at] === '$' ? 'root' : 'current';
    at += 1;
  }
  for (;;) {
    if (text.startsWith('..', at)) {
      steps.push({ type: 'recursive' });
      at += 2;
      if (text[at] === '[') continue;
      at = pushField(text, at, steps);
    } else if (text[at] === '.') {
      at += 1;
      if (text[at] !== '[' && !(isEnd(text, at) && steps.length === 0)) at = pushField(text, at, steps);
    } else if (text[at] === '[') {
      const close = closingBracket(text, at);
      steps.push(parseBracket(text.slice(at + 1, close), at + 1));
      at = close + 1;
    } else if (steps.length === 0 && at === offset && !isEnd(text, at)) {
      at = pushField(text, at, steps);
    } else {
      return { path: { from, steps }, end: at };
    }
  }
}

const isEnd = (text: string, at: number): boolean => at >= text.length || /[\s})\]=!<>,]/.test(text.charAt(at));

function pushField(text: string, at: number, steps: Step[]): number {
  if (text[at] === '*') {
    steps.push({ type: 'wildcard' });
    return at + 1;
  }
  FIELD.lastIndex = at;
  const match = FIELD.exec(text);
  if (!match) throw new JsonPathError(`a field name is missing before ${JSON.stringify(text.slice(at, at + 10))}`, at);
  steps.push({ type: 'field', name: match[0].replaceAll(/\\(.)/g, '$1') });
  return at + match[0].length;
}

/** Position of the `]` that ends the bracket at `open`; quotes and nested brackets are skipped. */
function closingBracket(text: string, open: number): number {
  let depth = 0;
  let quote = '';
  for (let at = open; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quote !== '') {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '[') depth += 1;
    else if (sign === ']' && --depth === 0) return at;
  }
  throw new JsonPathError('a [ is not closed', open);
}

function parseBracket(content: string, offset: number): Step {
  const text = content.trim();
  if (text === '*') return { type: 'wildcard' };
  if (text.startsWith('?')) return parseFilter(content, offset);
  const branches = splitUnion(text).map((branch) => parseBranch(branch.trim(), offset));
  const [only] = branches;
  return branches.length === 1 && only ? only : { type: 'union', branches };
}

function splitUnion(text: string): readonly string[] {
  return text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^,"'])+|^$/g) ?? [''];
}

function parseBranch(text: string, offset: number): Step {
  if (INDEX.test(text)) return { type: 'index', index: Number(text) };
  const slice = SLICE.exec(text);
  if (slice) return parseSlice(slice, offset);
  const quoted = unquote(text);
  if (quoted !== undefined) return { type: 'field', name: quoted };
  throw new JsonPathError(`invalid array index ${text}`, offset);
}

function parseSlice([, start, end, step]: RegExpExecArray, offset: number): Step {
  if (step !== undefined && Number(step) <= 0) throw new JsonPathError('step must be > 0', offset);
  return {
    type: 'slice',
    ...(start === undefined ? {} : { start: Number(start) }),
    ...(end === undefined ? {} : { end: Number(end) }),
    step: Number(step ?? 1),
  };
}

function parseFilter(content: string, offset: number): Step {
  const match = /^\s*\?\s*\(([\s\S]*)\)\s*$/.exec(content);
  if (!match) throw new JsonPathError('a filter is written [?(…)]', offset);
  const inner = match[1] ?? '';
  const start = offset + content.indexOf('(') + 1;
  const split = findOperator(inner);
  if (!split) return { type: 'filter', left: parseOperand(inner, start), operator: 'exists' };
  const after = split.at + split.operator.length;
  return {
    type: 'filter',
    left: parseOperand(inner.slice(0, split.at), start),
    operator: split.operator,
    right: parseOperand(inner.slice(after), start + after),
  };
}

function findOperator(text: string): { readonly at: number; readonly operator: Comparison } | undefined {
  const withoutQuotes = text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (quoted) => ' '.repeat(quoted.length));
  const match = OPERATOR.exec(withoutQuotes);
  return match ? { at: match.index, operator: match[0] as Comparison } : undefined;
}

function parseOperand(source: string, offset: number): Operand {
  const text = source.trim();
  const quoted = unquote(text);
  if (quoted !== undefined) return { type: 'literal', value: quoted };
  if (NUMBER.test(text)) return { type: 'literal', value: Number(text) };
  if (text === 'true' || text === 'false') return { type: 'literal', value: text === 'true' };
  if (text === 'null') return { type: 'literal', value: null };
  if (!/^[@$.]/.test(text)) throw new JsonPathError(`unrecognized ${JSON.stringify(text)} in a filter`, offset);
  const { path, end } = parsePath(text, 0, 'current');
  if (end !== text.length) {
    throw new JsonPathError(`unrecognized ${JSON.stringify(text.slice(end))} in a filter`, offset + end);
  }
  return { type: 'path', path };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** The text between quotes of either kind, escapes resolved; undefined when it is not quoted. */
export function unquote(text: string): string | undefined {
  const match = /^(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')$/s.exec(text);
  if (!match) return undefined;
  return (match[1] ?? match[2] ?? '').replaceAll(/\\(.)/gs, (_, sign: string) => ESCAPES[sign] ?? sign);
}
