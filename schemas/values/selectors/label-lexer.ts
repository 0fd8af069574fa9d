/** Words and signs of a label selector. Quotes have no meaning; white space divides. */
export type TokenType = 'word' | 'end' | ',' | '(' | ')' | '=' | '==' | '!=' | '!' | '<' | '>';

export interface Token {
  readonly type: TokenType;
  readonly text: string;
}

const TOKEN = /(==|!=|[=!(),<>])|[^\s=!(),<>]+/g;

/** Splits the whole text at once; the last token is always `end`. */
export function tokenize(text: string): readonly Token[] {
  const tokens = [...text.matchAll(TOKEN)].map(([all, sign]): Token => {
    return { type: sign === undefined ? 'word' : (sign as TokenType), text: all };
  });
  return [...tokens, { type: 'end', text: '' }];
}
