import { lex } from './lex.ts';

export interface Heredoc {
  /** The line that ends it. */
  readonly name: string;
  /** Tabs before that line count as nothing (`<<-`). */
  readonly tabs: boolean;
}

const form = /^\d*<<(-?)\s*([^<]*)$/;

/** The heredocs that a line begins, in order. A line whose quotes are not closed begins none, as in BuildKit. */
export function heredocs(line: string): readonly Heredoc[] {
  return wordsOf(line, { rawQuotes: true, rawEscapes: true }).flatMap((word) => {
    const [, dash, rest] = form.exec(word) ?? [];
    const [name, ...more] = wordsOf(rest ?? '', {});
    return name === undefined || more.length > 0 ? [] : [{ name, tabs: dash === '-' }];
  });
}

function wordsOf(
  text: string,
  raw: { readonly rawQuotes?: boolean; readonly rawEscapes?: boolean },
): readonly string[] {
  const lexed = lex(text, { ...raw, escape: '\\', keepUnset: true, variables: new Map(), budget: { left: 0 } });
  return lexed?.words ?? [];
}
