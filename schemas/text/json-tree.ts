/**
 * The slow, exact JSON reader: positions, precise errors, every digit. It runs when a native parse has failed, or when
 * positions, long numbers or duplicate fields are asked for. It keeps its own stack, so depth is a rule and no crash.
 */
import { endOfString } from './json-scan.ts';
import { jsonNumber } from './number.ts';
import type { SourceEntry, SourceNode } from './source-tree.ts';

/** What is wrong and where; the caller knows the file and makes a TextError of it. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly offset: number;
  constructor(problem: string, offset: number) {
    super(problem);
    this.offset = offset;
  }
}

export interface JsonTree {
  readonly root: SourceNode;
  /** Behind the value, white space skipped: the end of the text, or where another value begins. */
  readonly end: number;
  readonly nodes: number;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]\w*/y;
const SPACE = /[ \t\n\r]*/y;
const CONTROL = /[^\u{20}-\u{10FFFF}]/u;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

interface OpenMap {
  readonly type: 'map';
  readonly offset: number;
  readonly entries: SourceEntry[];
  key?: { readonly text: string; readonly offset: number };
}
interface OpenList {
  readonly type: 'list';
  readonly offset: number;
  readonly items: SourceNode[];
}

/** Reads one value that begins at or after `start`. Throws JsonSyntaxError. */
export function readJsonTree(text: string, start: number, maxDepth: number): JsonTree {
  return new JsonReader(text, maxDepth).read(start);
}

class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #open: (OpenMap | OpenList)[] = [];
  #at = 0;
  #nodes = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  read(start: number): JsonTree {
    this.#at = start;
    for (;;) {
      this.#skipSpace();
      let done = this.#beginValue();
      while (done !== undefined) {
        const parent = this.#open.at(-1);
        this.#skipSpace();
        if (!parent) return { root: done, end: this.#at, nodes: this.#nodes };
        this.#attach(parent, done);
        done = this.#afterItem(parent);
      }
    }
  }

  /** A scalar or an empty list or map is finished at once; anything else is opened. */
  #beginValue(): SourceNode | undefined {
    const offset = this.#at;
    const sign = this.#text.charAt(offset);
    this.#nodes += 1;
    if (sign === '{' || sign === '[') {
      if (this.#open.length >= this.#maxDepth) this.#fail(`nested deeper than ${this.#maxDepth} levels`);
      this.#at += 1;
      this.#open.push(sign === '{' ? { type: 'map', offset, entries: [] } : { type: 'list', offset, items: [] });
      this.#skipSpace();
      if (this.#text[this.#at] === (sign === '{' ? '}' : ']')) return this.#close();
      if (sign === '{') this.#readKey();
      return undefined;
    }
    return { type: 'scalar', offset, value: sign === '"' ? this.#string() : this.#scalar(sign) };
  }

  #attach(parent: OpenMap | OpenList, value: SourceNode): void {
    if (parent.type === 'list') parent.items.push(value);
    else if (parent.key) parent.entries.push({ key: parent.key.text, keyOffset: parent.key.offset, value });
  }

  /** Comma: another item follows. Closing bracket: the parent is finished. */
  #afterItem(parent: OpenMap | OpenList): SourceNode | undefined {
    const close = parent.type === 'map' ? '}' : ']';
    const sign = this.#text[this.#at];
    if (sign === close) return this.#close();
    if (sign !== ',') this.#unexpected(`"," or "${close}"`);
    this.#at += 1;
    this.#skipSpace();
    if (this.#text[this.#at] === close) this.#fail(`a comma before "${close}" is not allowed`);
    if (parent.type === 'map') this.#readKey();
    return undefined;
  }

  #close(): SourceNode | undefined {
    this.#at += 1;
    return this.#open.pop();
  }

  #readKey(): void {
    const offset = this.#at;
    if (this.#text[offset] !== '"') this.#unexpected('a field name in double quotes');
    const text = this.#string();
    this.#skipSpace();
    if (this.#text[this.#at] !== ':') this.#unexpected('":"');
    this.#at += 1;
    const map = this.#open.at(-1);
    if (map?.type === 'map') map.key = { text, offset };
  }

  #string(): string {
    const start = this.#at;
    const end = endOfString(this.#text, start);
    if (end >= this.#text.length) this.#fail('a text in double quotes is not closed');
    const token = this.#text.slice(start, end + 1);
    const control = CONTROL.exec(token);
    if (control) {
      const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
      throw new JsonSyntaxError(`control character \\u${code} must be escaped`, start + control.index);
    }
    this.#at = end + 1;
    try {
      return JSON.parse(token) as string;
    } catch {
      const bad = /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})[^]?/.exec(token.replaceAll('\\\\', '  '));
      throw new JsonSyntaxError(`invalid escape ${bad?.[0] ?? ''} in a text`, start + (bad?.index ?? 0));
    }
  }

  #scalar(sign: string): number | bigint | boolean | null {
    if (sign === '-' || (sign >= '0' && sign <= '9')) return this.#number();
    const word = this.#match(WORD);
    const value = WORDS.get(word);
    if (value === undefined) this.#unexpected('a value');
    this.#at += word.length;
    return value;
  }

  #number(): number | bigint {
    const token = this.#match(NUMBER);
    const next = this.#text.charAt(this.#at + token.length);
    if (token === '' || /[\w.+-]/.test(next)) this.#fail('invalid number');
    const value = jsonNumber(token);
    if (value === undefined) this.#fail(`the number ${token.slice(0, 40)} is too large`);
    this.#at += token.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  #skipSpace(): void {
    this.#at += this.#match(SPACE).length;
  }

  #unexpected(expected: string): never {
    if (this.#at >= this.#text.length) this.#fail(`the text ends where ${expected} should stand`);
    const word = this.#match(WORD);
    const found = word === '' ? this.#text.charAt(this.#at) : word.slice(0, 40);
    return this.#fail(`found ${JSON.stringify(found)} where ${expected} should stand`);
  }

  #fail(problem: string): never {
    throw new JsonSyntaxError(problem, this.#at);
  }
}
