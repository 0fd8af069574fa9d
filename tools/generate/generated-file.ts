/** One file that a generator makes. `path` is relative to the checkout, with forward slashes. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** First line of every generated TypeScript file. */
export const BANNER = '// Generated from schemas/definitions by `npm run generate`. Never edited.';
