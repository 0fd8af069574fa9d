/** The words of a case that are only known when it runs, and the texts and patterns that they stand in. */
export type Words = ReadonlyMap<string, string>;

/** Replaces `%word%` in a text; a word that nobody has saved stays, so that its absence is seen. */
export function fillText(text: string, words: Words): string {
  return text.replace(/%(\w+)%/g, (whole, word: string) => words.get(word) ?? whole);
}

/** The pattern with its words in it, each to be met literally. */
export function fillPattern(pattern: RegExp, words: Words): RegExp {
  const source = pattern.source.replace(/%(\w+)%/g, (whole, word: string) => {
    const found = words.get(word);
    return found === undefined ? whole : found.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(source, pattern.flags);
}

/** The same in all strings and patterns of a value. */
export function fillValue(value: unknown, words: Words): unknown {
  if (typeof value === 'string') return fillText(value, words);
  if (value instanceof RegExp) return fillPattern(value, words);
  if (Array.isArray(value)) return value.map((each) => fillValue(each, words));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [fillText(key, words), fillValue(each, words)]));
}
