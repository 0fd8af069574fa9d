import { parsePath, unquote } from './path-parser.ts';
import { JsonPathError } from './syntax.ts';
import type { JsonPath, TemplateNode } from './syntax.ts';

interface Frame {
  readonly nodes: TemplateNode[];
  readonly path?: JsonPath;
  readonly openedAt: number;
}

/**
 * Reads a template in kubectl's dialect: text with paths in braces, `{range .items[*]}…{end}`, quoted text in braces.
 * Throws JsonPathError.
 */
export function parseTemplate(text: string): readonly TemplateNode[] {
  const frames: Frame[] = [{ nodes: [], openedAt: 0 }];
  const top = (): Frame => frames.at(-1) as Frame;
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open !== at) {
      const end = open < 0 ? text.length : open;
      top().nodes.push({ type: 'text', text: text.slice(at, end) });
      at = end;
      continue;
    }
    const close = closingBrace(text, open);
    const word = text.slice(open + 1, close).trim();
    if (word === 'end') {
      const frame = top();
      if (!frame.path) throw new JsonPathError('{end} without {range}', open);
      frames.pop();
      top().nodes.push({ type: 'range', path: frame.path, body: frame.nodes });
    } else if (/^range\s/.test(word)) {
      const start = text.indexOf('range', open) + 'range'.length;
      frames.push({ nodes: [], path: onlyPath(text, start, close, frames.length > 1), openedAt: open });
    } else {
      top().nodes.push(...parseAction(text, open + 1, close, frames.length > 1));
    }
    at = close + 1;
  }
  if (frames.length > 1) throw new JsonPathError('{range} without {end}', top().openedAt);
  return top().nodes;
}

const LONGEST_COLUMN_PATH = 4096;

/** A path alone, as printer columns and custom-columns write it: `.spec.a`, `spec.a`, `{.spec.a}`. Throws JsonPathError. */
export function parseColumnPath(text: string): JsonPath {
  if (text.length > LONGEST_COLUMN_PATH) throw new JsonPathError('the path is longer than 4096 characters');
  const trimmed = text.trim();
  const braced = /^\{(.*)\}$/s.exec(trimmed);
  const inner = (braced?.[1] ?? trimmed).trim();
  const { path, end } = parsePath(inner, 0, 'root');
  if (end !== inner.length) throw new JsonPathError(`unexpected ${JSON.stringify(inner.slice(end))}`, end);
  return path;
}

function closingBrace(text: string, open: number): number {
  let quote = '';
  for (let at = open + 1; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quote !== '') {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '}') return at;
  }
  throw new JsonPathError(quote === '' ? 'a { is not closed' : 'a quoted text is not closed', open);
}

function parseAction(text: string, start: number, end: number, inRange: boolean): readonly TemplateNode[] {
  const word = text.slice(start, end).trim();
  const quoted = unquote(word);
  if (quoted !== undefined) return [{ type: 'text', text: quoted }];
  return [{ type: 'path', path: onlyPath(text, start, end, inRange) }];
}

function onlyPath(text: string, start: number, end: number, inRange: boolean): JsonPath {
  const source = text.slice(0, end).trimEnd();
  const begin = start + (/^\s*/.exec(source.slice(start))?.[0].length ?? 0);
  const parsed = parsePath(source, begin, inRange ? 'current' : 'root');
  if (parsed.end !== source.length) {
    throw new JsonPathError(`unexpected ${JSON.stringify(source.slice(parsed.end))}`, parsed.end);
  }
  return parsed.path;
}
