/**
 * YAML in: YAML 1.2 text, with the meaning of plain words that Kubernetes gives them (yaml-scalar.ts). Keys are always
 * text, exactly as written: `on: x` has the key `on` (kubectl makes `true` of it).
 */
import { Composer, Lexer, Parser } from 'yaml';
import type { CST, Document } from 'yaml';
import { checkNodes, decodedFromTree, depthLimit } from './decoded.ts';
import type { Decoded, DecodeOptions } from './decoded.ts';
import { decodeJson } from './json.ts';
import { LineIndex, TextError } from './text-error.ts';
import { decodeUtf8 } from './utf8.ts';
import { YamlSyntaxError, YamlTree } from './yaml-tree.ts';

/**
 * Reads every document of a YAML text (JSON is YAML too); documents without content are left out. Duplicate fields are
 * reported, not refused. Throws TextError with the place.
 */
export function decodeYaml(input: Uint8Array | string, options: DecodeOptions = {}): readonly Decoded[] {
  const text = decodeUtf8(input, options.file);
  return asJson(text, options) ?? decodeDocuments(text, options);
}

/** Most bodies that are called YAML are JSON, which is read fifty times as fast; undefined when this one is not. */
function asJson(text: string, options: DecodeOptions): readonly Decoded[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return [decodeJson(text, options)];
  } catch (error) {
    if (error instanceof TextError) return undefined;
    throw error;
  }
}

function decodeDocuments(text: string, options: DecodeOptions): readonly Decoded[] {
  const lines = new LineIndex(text);
  const fail: Fail = (problem, offset) => {
    throw new TextError(problem, { file: options.file, position: lines.at(offset) });
  };
  const control = CONTROL.exec(text);
  if (control) fail(`control character ${nameOf(control[0])} is not allowed`, control.index);
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, resolveKnownTags: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  const take = (composed: Iterable<Document.Parsed>): void => {
    for (const document of composed) {
      const [error] = document.errors;
      if (error) fail(problemOf(error), error.pos[0]);
      documents.push(document);
    }
  };
  for (const token of tokensOf(text, options, fail)) {
    take(composer.next(token));
    // the first mistake counts: thousands of them take the library minutes and gigabytes
    if (token.type === 'error') take(composer.end(true, text.length));
  }
  take(composer.end(true, text.length));
  return documents.flatMap((document) => (hasContent(document) ? [decodeDocument(document, lines, options)] : []));
}

type Fail = (problem: string, offset: number) => never;

/** The tokens of the text's top level as they are complete. Stops with what nests too deep, or is too much, while it reads. */
function* tokensOf(text: string, options: DecodeOptions, fail: Fail): Generator<CST.Token> {
  const limit = depthLimit(options);
  const tooDeep = (offset: number): never => fail(`nested deeper than ${limit} levels`, offset);
  const parser = new Parser();
  let lexemes = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // a document and a scalar stand on the parser's stack too
    if (parser.stack.length > limit + 2) tooDeep(offset);
    if ((lexemes += 1) % LEXEMES_AT_ONCE === 0) checkNodes(lexemes / MOST_LEXEMES_A_VALUE, options);
    for (const token of parser.next(lexeme)) yield notTooDeep(token, limit, tooDeep);
    offset += lexeme.length;
  }
  for (const token of parser.end()) yield notTooDeep(token, limit, tooDeep);
}

/** How many lexemes a value takes where people comment and indent a lot. */
const MOST_LEXEMES_A_VALUE = 12;
const LEXEMES_AT_ONCE = 1000;

function notTooDeep(token: CST.Token, limit: number, tooDeep: (offset: number) => never): CST.Token {
  const deep = deeperThan([token], limit);
  if (deep !== undefined) tooDeep(deep);
  return token;
}

const CONTROL = /[^\t\n\r\u{20}-\u{7E}\u{85}\u{A0}-\u{10FFFF}]/u;

const nameOf = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

const hasContent = ({ contents }: Document.Parsed): boolean =>
  contents !== null && !('value' in contents && contents.value === '' && contents.range[0] === contents.range[1]);

function decodeDocument(document: Document.Parsed, lines: LineIndex, options: DecodeOptions): Decoded {
  try {
    const tree = new YamlTree(document);
    const root = tree.root();
    checkNodes(tree.nodes, options);
    return decodedFromTree(root, tree.nodes, lines, options);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new TextError(error.message, { file: options.file, position: lines.at(error.offset) });
  }
}

/** Offset of the first thing that nests too deep. Walks the raw tokens: composing them recurses. */
function deeperThan(tokens: readonly CST.Token[], limit: number): number | undefined {
  const waiting = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { token, depth } = next;
    if (token.type === 'document' && token.value) waiting.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    if (depth >= limit) return token.offset;
    for (const { key, value } of token.items as readonly CST.CollectionItem[]) {
      if (key) waiting.push({ token: key, depth: depth + 1 });
      if (value) waiting.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

interface ParseProblem {
  readonly code: string;
  readonly message: string;
}

/** The library's message without its own place and excerpt, with a hint for the mistakes that people make most. */
function problemOf({ code, message }: ParseProblem): string {
  const [problem = message] = message.split(/ at line \d+, column \d+/);
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab is used for indentation; use spaces';
    case 'BAD_INDENT':
      return `${problem} (check the indentation)`;
    case 'BAD_ALIAS':
      return `${problem} (put text that begins with & or * in quotes)`;
    default:
      return problem;
  }
}
