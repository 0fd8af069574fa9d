/** Words of an instruction's text: divided by blanks that are neither quoted nor escaped. */

const blank = /\s/;

/** How quotes and escape characters come out: as they stand, or without. */
export type Quotes = 'kept' | 'removed';

export interface Word {
  readonly word: string;
  /** Where the rest begins. */
  readonly end: number;
}

/** The word that begins at `start`, which is no blank. An open quote ends with the text. */
export function takeWord(text: string, start: number, escape: string, quotes: Quotes): Word {
  const parts: string[] = [];
  const kept = quotes === 'kept';
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === '' && blank.test(character)) break;
    // Nothing is escaped between single quotes, except in flags.
    if (character === escape && !(kept && quote === "'")) {
      if (kept) parts.push(character);
      at++;
      parts.push(text.charAt(at));
    } else if (quote === '' ? character === '"' || character === "'" : character === quote) {
      quote = quote === '' ? character : '';
      if (kept) parts.push(character);
    } else {
      parts.push(character);
    }
  }
  return { word: parts.join(''), end: Math.min(at, text.length) };
}

/** All words, quotes and escapes kept. */
export function splitWords(text: string, escape: string): readonly string[] {
  const words: string[] = [];
  for (let at = skipBlanks(text, 0); at < text.length;) {
    const { word, end } = takeWord(text, at, escape, 'kept');
    words.push(word);
    at = skipBlanks(text, end);
  }
  return words;
}

/** The words at the beginning that begin with `--`, and what follows them. A lone `--` ends them. */
export function splitFlags(text: string, escape: string): { readonly flags: readonly string[]; readonly rest: string } {
  const flags: string[] = [];
  let at = skipBlanks(text, 0);
  while (text.startsWith('--', at)) {
    const { word, end } = takeWord(text, at, escape, 'removed');
    at = skipBlanks(text, end);
    if (word === '--') break;
    flags.push(word);
  }
  return { flags, rest: text.slice(at).trimEnd() };
}

export function skipBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && blank.test(text.charAt(at))) at++;
  return at;
}
