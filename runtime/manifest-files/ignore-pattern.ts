/**
 * One pattern of an ignore file, with the syntax and meaning of .gitignore. Matching takes no longer than the product of the lengths of pattern and
 * path: who writes the file may mean us ill.
 */
export interface IgnorePattern {
  /** `!`: takes part again. */
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  /** Counts from the directory of its file; else any name below matches. */
  readonly anchored: boolean;
  /** What stands between slashes; `**` is any number of directories. */
  readonly parts: readonly string[];
}

/** Undefined for an empty line and a comment. */
export function parseIgnoreLine(line: string): IgnorePattern | undefined {
  let text = withoutTrailingSpaces(line.replace(/\r$/, ''));
  if (text === '' || text.startsWith('#')) return undefined;
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const directoriesOnly = text.endsWith('/');
  if (directoriesOnly) text = text.slice(0, -1);
  const anchored = text.includes('/');
  const parts = text.replace(/^\//, '').split('/');
  if (parts.every((part) => part === '')) return undefined;
  return { negated, directoriesOnly, anchored, parts };
}

/** A space at the end counts only behind a backslash. */
function withoutTrailingSpaces(line: string): string {
  const bare = line.replace(/ +$/, '');
  return bare.length < line.length && /(?:^|[^\\])(?:\\\\)*\\$/.test(bare) ? `${bare} ` : bare;
}

/** `path`: names below the directory of the ignore file. */
export function matchesPattern(
  { anchored, directoriesOnly, parts }: IgnorePattern,
  path: readonly string[],
  isDirectory: boolean,
): boolean {
  if (directoriesOnly && !isDirectory) return false;
  return anchored ? matchesParts(parts, path) : matchesName(parts[0] ?? '', path.at(-1) ?? '');
}

/** Goes on behind the last `**` that was passed when nothing fits any more, and never further back: that is enough. */
function matchesParts(parts: readonly string[], path: readonly string[]): boolean {
  let part = 0;
  let name = 0;
  let back: { part: number; name: number } | undefined;
  while (name < path.length) {
    if (parts[part] === '**') {
      // at the end it means all that is inside, and not the directory itself
      if (part === parts.length - 1) return true;
      back = { part: ++part, name };
    } else if (part < parts.length && matchesName(parts[part] ?? '', path[name] ?? '')) {
      part++;
      name++;
    } else if (back === undefined) {
      return false;
    } else {
      back.name++;
      [part, name] = [back.part, back.name];
    }
  }
  return part === parts.length;
}

/** `*` any characters, `?` one, `[a-z]` one of these, `\` the next as it is. */
export function matchesName(pattern: string, name: string): boolean {
  let at = 0;
  let from = 0;
  let back: { at: number; from: number } | undefined;
  while (from < name.length) {
    if (pattern[at] === '*') {
      back = { at: ++at, from };
      continue;
    }
    const length = oneAt(pattern, at, name.charAt(from));
    if (length > 0) {
      at += length;
      from++;
    } else if (back === undefined) {
      return false;
    } else {
      back.from++;
      [at, from] = [back.at, back.from];
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** How much of the pattern at `at` means this very character; 0: it means another one. */
function oneAt(pattern: string, at: number, character: string): number {
  const sign = pattern[at];
  if (sign === undefined) return 0;
  if (sign === '?') return 1;
  if (sign === '\\' && at + 1 < pattern.length) return pattern[at + 1] === character ? 2 : 0;
  if (sign !== '[') return sign === character ? 1 : 0;
  const end = endOfClass(pattern, at);
  // a bracket that is never closed matches nothing, as in git
  if (end < 0) return 0;
  return inClass(pattern.slice(at + 1, end), character) ? end + 1 - at : 0;
}

function endOfClass(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '!' || pattern[at] === '^') at++;
  // a bracket that stands first is one of the characters
  for (let first = true; at < pattern.length; first = false, at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']' && !first) return at;
  }
  return -1;
}

function inClass(content: string, character: string): boolean {
  const negated = content.startsWith('!') || content.startsWith('^');
  const signs = [...(negated ? content.slice(1) : content).matchAll(/\\?([^])/g)].map(([, sign = '']) => sign);
  let found = false;
  for (let at = 0; at < signs.length; at++) {
    const low = signs[at] ?? '';
    const isRange = signs[at + 1] === '-' && at + 2 < signs.length;
    const high = isRange ? (signs[at + 2] ?? '') : low;
    if (isRange) at += 2;
    found ||= low <= character && character <= high;
  }
  return found !== negated;
}
