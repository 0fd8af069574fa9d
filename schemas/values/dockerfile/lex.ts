/**
 * Quotes, escapes and variables as BuildKit reads them in a Dockerfile: `$NAME`, `${NAME}`, with default (`:-`, `-`), alternative (`:+`, `+`),
 * complaint (`:?`, `?`), and patterns that take away from the beginning (`#`, `##`) or the end (`%`, `%%`) or replace (`/`, `//`).
 */
import { replacePattern, trimPrefix, trimSuffix, type Budget } from './patterns.ts';

export interface LexOptions {
  readonly variables: ReadonlyMap<string, string>;
  /** The escape character: \ or `. */
  readonly escape: string;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean;
  /** A variable without a value stays as it stands instead of being empty. */
  readonly keepUnset?: boolean;
  /** What substitutions may cost; it is used up. */
  readonly budget: Budget;
}

export interface Lexed {
  readonly text: string;
  /** The text divided at blanks, also those of values; what is quoted or escaped divides nothing. */
  readonly words: readonly string[];
}

/** BuildKit has no such limit; together with the budget it keeps the cost of hostile files linear. */
const maxDepth = 32;

const blank = /\s/;
const nameStart = /[\p{L}_]/u;
const nameRest = /[\p{L}\p{Nd}_]/u;
const digit = /\p{Nd}/u;
/** The shell's own variables, which never have a value here. */
const special: ReadonlySet<string> = new Set(['@', '*', '#', '?', '-', '$', '!', '0']);

/**
 * Undefined when the text breaks the rules: a quote or brace is open, a modifier is unknown, `${NAME:?…}` has no value; or when the budget is
 * used up.
 */
export function lex(text: string, options: LexOptions): Lexed | undefined {
  const lexer = new Lexer(text, options);
  const output = new Output();
  lexer.read(output, '', options.rawEscapes === true);
  if (lexer.failed) return undefined;
  return { text: output.text(), words: output.words() };
}

class Lexer {
  /** Nothing is read any more then. Errors that are thrown cost too much where a file has a hundred thousand of them. */
  failed = false;
  readonly #text: string;
  readonly #options: LexOptions;
  #at = 0;
  #depth = 0;

  constructor(text: string, options: LexOptions) {
    this.#text = text;
    this.#options = options;
  }

  /** Ends all reading. */
  #fail(): string {
    this.failed = true;
    this.#at = this.#text.length;
    return '';
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #next(): string {
    return this.#text.charAt(this.#at++);
  }

  /** Reads to the character `stop`, which is taken, too; to the end when it is empty. */
  read(output: Output, stop: string, rawEscapes: boolean): void {
    while (this.#at < this.#text.length) {
      const character = this.#next();
      if (character === stop) return;
      if (character === '$') output.substituted(this.#variable());
      else if (character === '<') output.quoted(this.#redirection());
      else if (character === "'") output.quoted(this.#singleQuoted());
      else if (character === '"') output.quoted(this.#doubleQuoted(rawEscapes));
      else if (character === this.#options.escape) output.quoted((rawEscapes ? character : '') + this.#next());
      else output.character(character);
    }
    if (stop !== '') this.#fail();
  }

  /** The blanks behind `<<` belong to it, so that the word after it is the name of the heredoc. */
  #redirection(): string {
    if (this.#peek() !== '<') return '<';
    const start = this.#at - 1;
    this.#at++;
    while (this.#peek() === ' ' || this.#peek() === '\t' || this.#peek() === '\r') this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) return this.#fail();
    const inner = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return this.#withQuotes(inner, "'");
  }

  #doubleQuoted(rawEscapes: boolean): string {
    const parts: string[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#next();
      if (character === '"') return this.#withQuotes(parts.join(''), '"');
      if (character === '$') {
        parts.push(this.#variable());
      } else if (character === this.#options.escape) {
        const escapes = ['"', '$', this.#options.escape].includes(this.#peek());
        if (rawEscapes || !escapes) parts.push(character);
        if (escapes) parts.push(this.#next());
      } else {
        parts.push(character);
      }
    }
    return this.#fail();
  }

  #withQuotes(inner: string, quote: string): string {
    return this.#options.rawQuotes === true ? quote + inner + quote : inner;
  }

  /** What stands after a dollar sign. */
  #variable(): string {
    const start = this.#at - 1;
    if (this.#peek() === '{') {
      this.#at++;
      return this.#braced(start);
    }
    const name = this.#name();
    return name === '' ? '$' : this.#value(name, start);
  }

  #braced(start: number): string {
    const name = this.#name();
    const first = this.#next();
    if (name === '') return this.#fail();
    if (first === '}') return this.#value(name, start);
    const emptyIsUnset = first === ':';
    const modifier = emptyIsUnset ? this.#next() : first;
    const known = emptyIsUnset ? '-+?' : '-+?#%/';
    if (modifier === '' || !known.includes(modifier)) return this.#fail();
    if (modifier === '/') return this.#replaced(name, start);
    const word = this.#inner('}', modifier === '#' || modifier === '%');
    const value = this.#lookUp(name);
    if (value === undefined && this.#options.keepUnset === true) return this.#text.slice(start, this.#at);
    const isSet = value !== undefined && !(emptyIsUnset && value === '');
    return this.#count(this.#modified(modifier, word, value ?? '', isSet));
  }

  #modified(modifier: string, word: string, value: string, isSet: boolean): string {
    switch (modifier) {
      case '-':
        return isSet ? value : word;
      case '+':
        return isSet ? word : '';
      case '?':
        return isSet ? value : this.#fail();
      default: {
        const longest = word.startsWith(modifier);
        const pattern = longest ? word.slice(1) : word;
        const trim = modifier === '#' ? trimPrefix : trimSuffix;
        return trim(value, pattern, longest, this.#options.budget) ?? this.#fail();
      }
    }
  }

  #replaced(name: string, start: number): string {
    const all = this.#peek() === '/';
    if (all) this.#at++;
    const pattern = this.#inner('/', true);
    const replacement = this.#inner('}', true);
    const value = this.#lookUp(name);
    if (value === undefined && this.#options.keepUnset === true) return this.#text.slice(start, this.#at);
    return this.#count(
      replacePattern(value ?? '', pattern, { replacement, all }, this.#options.budget) ?? this.#fail(),
    );
  }

  #inner(stop: string, rawEscapes: boolean): string {
    if (++this.#depth > maxDepth) return this.#fail();
    const output = new Output();
    this.read(output, stop, rawEscapes);
    this.#depth--;
    return output.text();
  }

  #value(name: string, start: number): string {
    const value = this.#lookUp(name);
    if (value === undefined) return this.#options.keepUnset === true ? this.#text.slice(start, this.#at) : '';
    return this.#count(value);
  }

  #lookUp(name: string): string | undefined {
    return this.#options.variables.get(name);
  }

  #count(value: string): string {
    this.#options.budget.left -= value.length;
    return this.#options.budget.left < 0 ? this.#fail() : value;
  }

  #name(): string {
    const start = this.#at;
    if (digit.test(this.#peek())) {
      while (digit.test(this.#peek())) this.#at++;
    } else if (special.has(this.#peek())) {
      this.#at++;
    } else if (nameStart.test(this.#peek())) {
      while (nameRest.test(this.#peek())) this.#at++;
    }
    return this.#text.slice(start, this.#at);
  }
}

/** A text that comes into being, and its words. */
class Output {
  readonly #text: string[] = [];
  readonly #words: string[] = [];
  #word: string[] = [];

  character(character: string): void {
    this.#text.push(character);
    if (blank.test(character)) this.#endWord();
    else this.#word.push(character);
  }

  /** Blanks in it divide nothing. */
  quoted(text: string): void {
    this.#text.push(text);
    if (text !== '') this.#word.push(text);
  }

  /** Of a variable: blanks in it divide. */
  substituted(text: string): void {
    if (!blank.test(text)) this.quoted(text);
    else for (const character of text) this.character(character);
  }

  text(): string {
    return this.#text.join('');
  }

  words(): readonly string[] {
    this.#endWord();
    return this.#words;
  }

  #endWord(): void {
    if (this.#word.length > 0) this.#words.push(this.#word.join(''));
    this.#word = [];
  }
}
