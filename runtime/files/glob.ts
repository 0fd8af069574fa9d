/**
 * One pattern of an ignore file, taken apart. `*` and `?` stop at a slash, `**` does not; `[a-z]`, `[^a-z]` and `\x` are as in Go's path matching,
 * except that a negated class takes a slash too, as BuildKit's does. What `**` takes has no line break in it: there too.
 */
import { RuntimeError } from '../errors.ts';

type Token =
  | { readonly type: 'text'; readonly text: string }
  /** `?` */
  | { readonly type: 'one' }
  /** Pairs of code points, both included. */
  | { readonly type: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] }
  /** `*` */
  | { readonly type: 'some' }
  /** `**` and the slash after it: any directories, or none. */
  | { readonly type: 'directories' }
  /** `**` at the end. */
  | { readonly type: 'rest' };

export type Glob = readonly Token[];

/** Throws InvalidArgument (ContextUnreadable) for brackets that do not close, empty or turned ranges, a backslash at the end. */
export function parseGlob(pattern: string): Glob {
  const tokens: Token[] = [];
  let text = '';
  const push = (token: Token): void => {
    if (text !== '') tokens.push({ type: 'text', text });
    text = '';
    tokens.push(token);
  };
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      push({ type: at + 1 >= characters.length ? 'rest' : 'directories' });
    } else if (character === '*') {
      push({ type: 'some' });
    } else if (character === '?') {
      push({ type: 'one' });
    } else if (character === '[') {
      const { token, end } = parseClass(pattern, characters, at + 1);
      push(token);
      at = end;
    } else if (character === '\\') {
      text += characters[++at] ?? bad(pattern, 'nothing follows the last backslash');
    } else {
      text += character;
    }
  }
  if (text !== '') tokens.push({ type: 'text', text });
  return tokens;
}

function parseClass(pattern: string, characters: readonly string[], start: number): { token: Token; end: number } {
  const negated = characters[start] === '^';
  const ranges: [number, number][] = [];
  let at = negated ? start + 1 : start;
  const next = (): number => {
    if (characters[at] === '\\') at++;
    else if (characters[at] === '-' || characters[at] === ']')
      bad(pattern, `${characters[at]} is no character of a range`);
    return (characters[at++] ?? bad(pattern, '[ is not closed')).codePointAt(0)!;
  };
  while (characters[at] !== ']' || ranges.length === 0) {
    const low = next();
    if (characters[at] !== '-') {
      ranges.push([low, low]);
      continue;
    }
    at++;
    const high = next();
    if (high < low) bad(pattern, 'a range ends before it begins');
    ranges.push([low, high]);
  }
  return { token: { type: 'class', negated, ranges }, end: at };
}

function bad(pattern: string, why: string): never {
  throw new RuntimeError('InvalidArgument', `pattern ${JSON.stringify(pattern)}: ${why}`, {
    reason: 'ContextUnreadable',
  });
}

/** Whether it is the whole of `text`. The time is bounded by the product of the two lengths: places are tried side by side, not one by one. */
export function matchesGlob(glob: Glob, text: string): boolean {
  let places: readonly number[] = [0];
  for (const token of glob) {
    places = advance(token, text, places);
    if (places.length === 0) return false;
  }
  return places[places.length - 1] === text.length;
}

/** Where a match can go on after `token`, ascending, for a match that came to `places`. */
function advance(token: Token, text: string, places: readonly number[]): readonly number[] {
  switch (token.type) {
    case 'text':
      return places.filter((at) => text.startsWith(token.text, at)).map((at) => at + token.text.length);
    case 'one':
      return places.filter((at) => at < text.length && text[at] !== '/').map((at) => after(text, at));
    case 'class':
      return places
        .filter((at) => at < text.length && inClass(token, text.codePointAt(at)!))
        .map((at) => after(text, at));
    case 'some':
      return upToSlash(text, places);
    case 'directories':
      return afterSlashes(text, places);
    case 'rest':
      return places.some((at) => !text.includes('\n', at)) ? [text.length] : [];
  }
}

function after(text: string, at: number): number {
  return at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
}

function inClass({ negated, ranges }: Token & { type: 'class' }, character: number): boolean {
  return ranges.some(([low, high]) => low <= character && character <= high) !== negated;
}

function upToSlash(text: string, places: readonly number[]): readonly number[] {
  const found: number[] = [];
  let done = 0;
  for (const place of places) {
    if (place < done) continue;
    let at = place;
    found.push(at);
    while (at < text.length && text[at] !== '/') {
      at = after(text, at);
      found.push(at);
    }
    done = at + 1;
  }
  return found;
}

function afterSlashes(text: string, places: readonly number[]): readonly number[] {
  const found = new Set(places);
  let done = 0;
  for (const place of places) {
    let at = Math.max(place, done);
    for (; at < text.length && text[at] !== '\n'; at++) if (text[at] === '/') found.add(at + 1);
    done = Math.max(done, at);
  }
  return [...found].sort((one, other) => one - other);
}

/** The literal text that everything that matches begins with. */
export function globPrefix(glob: Glob): string {
  const [first] = glob;
  return first?.type === 'text' ? first.text : '';
}

/** The literal text that everything that matches ends with. */
export function globSuffix(glob: Glob): string {
  const last = glob.at(-1);
  return last?.type === 'text' ? last.text : '';
}

/** How many slashes a path has that it matches; Infinity: any number. */
export function globDepth(glob: Glob): number {
  let slashes = 0;
  for (const token of glob) {
    if (token.type === 'directories' || token.type === 'rest') return Infinity;
    if (token.type === 'class' && inClass(token, 0x2f)) return Infinity;
    if (token.type === 'text') slashes += token.text.split('/').length - 1;
  }
  return slashes;
}
