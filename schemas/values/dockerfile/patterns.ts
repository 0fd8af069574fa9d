/** The shell's patterns in `${NAME#pattern}` and its kin: `*` is any text, `?` any character, a backslash takes a meaning away. */

/** Steps and characters that the variables of one file may cost; below zero, nothing is worked out any more. */
export interface Budget {
  left: number;
}

type Piece = { readonly type: 'character'; readonly character: string } | { readonly type: 'any' | 'some' };

/**
 * Takes away what matches at the beginning: as little, or as much as possible. Undefined, as for all here: a pattern that BuildKit refuses,
 * or the budget is used up.
 */
export function trimPrefix(value: string, pattern: string, longest: boolean, budget: Budget): string | undefined {
  const end = matchEnd(value, readPattern(pattern), longest, budget);
  return end === undefined ? undefined : value.slice(Math.max(end, 0));
}

/** The same at the end. */
export function trimSuffix(value: string, pattern: string, longest: boolean, budget: Budget): string | undefined {
  const end = matchEnd(value.split('').reverse().join(''), readPattern(pattern)?.toReversed(), longest, budget);
  return end === undefined ? undefined : value.slice(0, value.length - Math.max(end, 0));
}

/** Replaces what matches first, or everything that matches; each time as much as possible. */
export function replacePattern(
  value: string,
  pattern: string,
  { replacement, all }: { readonly replacement: string; readonly all: boolean },
  budget: Budget,
): string | undefined {
  const pieces = readPattern(pattern);
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at <= value.length;) {
    const end = matchEnd(value, pieces, true, budget, at);
    if (end === undefined) return undefined;
    if (end < at) {
      at++;
      continue;
    }
    parts.push(value.slice(kept, at), replacement);
    kept = end;
    if (!all) break;
    if (end === at) parts.push(value.slice(at, ++kept));
    at = kept;
  }
  parts.push(value.slice(kept));
  return parts.join('');
}

function readPattern(text: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '*') {
      if (pieces.at(-1)?.type !== 'some') pieces.push({ type: 'some' });
    } else if (character === '?') {
      pieces.push({ type: 'any' });
    } else if (character === '\\') {
      const escaped = text.charAt(++at);
      if (escaped === '' || !'*?\\}/'.includes(escaped)) return undefined;
      pieces.push({ type: 'character', character: escaped });
    } else {
      pieces.push({ type: 'character', character });
    }
  }
  return pieces;
}

/** Where a match that begins at `start` ends; -1 when there is none. All ends are followed side by side. */
function matchEnd(
  value: string,
  pieces: readonly Piece[] | undefined,
  longest: boolean,
  budget: Budget,
  start = 0,
): number | undefined {
  if (pieces === undefined) return undefined;
  let ends: readonly number[] = [start];
  for (const piece of pieces) {
    budget.left -= piece.type === 'some' ? value.length : ends.length;
    if (budget.left < 0) return undefined;
    ends = advance(value, ends, piece);
  }
  return (longest ? ends.at(-1) : ends[0]) ?? -1;
}

/** `ends` and the answer ascend. */
function advance(value: string, ends: readonly number[], piece: Piece): readonly number[] {
  const [least] = ends;
  if (least === undefined) return ends;
  if (piece.type === 'some') return Array.from({ length: value.length - least + 1 }, (_, index) => least + index);
  return ends
    .filter((end) => end < value.length && (piece.type !== 'character' || value[end] === piece.character))
    .map((end) => end + 1);
}
