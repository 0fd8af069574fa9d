/** What one cheap pass over a JSON text tells about it, before `JSON.parse` runs natively. */
export interface JsonScan {
  /** How deep lists and maps nest. */
  readonly depth: number;
  /** Fields in all maps together, as they stand in the text: more than the parsed value has means duplicates. */
  readonly members: number;
  /** Values in all, give or take one for each list or map. */
  readonly nodes: number;
  /** A number is so long, or has such an exponent, that a double may not hold it. */
  readonly inexact: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const LONGEST_EXACT = 15;

/** Looks only at what stands outside of strings; says nothing useful about a text that is not JSON. */
export function scanJson(text: string): JsonScan {
  const { length } = text;
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let commas = 0;
  let opened = 0;
  let inexact = false;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === COLON) {
      members += 1;
    } else if (code === COMMA) {
      commas += 1;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      opened += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    } else if (code >= 0x30 && code <= 0x39) {
      const end = endOfNumber(text, at);
      if (end - at > LONGEST_EXACT || hasExponent(text, at, end)) inexact = true;
      at = end - 1;
    }
  }
  return { depth: deepest, members, nodes: commas + opened + 1, inexact };
}

/** Offset of the closing quote of the string that opens at `open`; the end of the text when there is none. */
export function endOfString(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    const inNumber =
      (code >= 0x30 && code <= 0x39) ||
      code === 0x2e ||
      code === 0x65 ||
      code === 0x45 ||
      code === 0x2b ||
      code === 0x2d;
    if (!inNumber) return at;
    at += 1;
  }
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x65 || code === 0x45) return true;
  }
  return false;
}

/** Fields in all maps of a value together. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  for (const key of Object.keys(value)) count += 1 + countMembers((value as Record<string, unknown>)[key]);
  return count;
}
