/** Splits a command line as a shell does, with '…', "…" and backslashes; nothing is expanded. Throws for a quote that is not closed. */
export function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [piece, single, double, escaped] of line.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|[^]/gs)) {
    if (piece === "'" || piece === '"') throw new Error(`a quote is not closed in: ${line}`);
    const quoted = single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped;
    if (quoted === undefined && /\s/.test(piece)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (quoted ?? piece);
    }
  }
  return word === undefined ? words : [...words, word];
}
