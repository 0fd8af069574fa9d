import type { FileProblem } from '../ports/manifest-files.ts';

/** Where in a file; the beginning of it where nothing better is known. Columns are UTF-16 units. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** `path:line:column: what`, in one line. */
export function problemAt(path: string, what: string, more: { spot?: Spot; heals?: boolean } = {}): FileProblem {
  const { spot = { line: 1, column: 1 }, heals = false } = more;
  return { path, message: `${path}:${spot.line}:${spot.column}: ${oneLine(what)}`, heals };
}

export const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();

/** Line and column of an offset in a text. */
export function spotOf(text: string, offset: number): Spot {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

/** What cannot be decrypted, with its place in the file. The caller knows its path. */
export class DecryptError extends Error {
  override readonly name = 'DecryptError';
  readonly spot: Spot | undefined;
  constructor(message: string, spot?: Spot) {
    super(message);
    this.spot = spot;
  }
}
