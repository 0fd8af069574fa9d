import { matchesPattern, parseIgnoreLine, type IgnorePattern } from './ignore-pattern.ts';

/** What leaves files out, in the directory that it counts from and below. */
export const IGNORE_FILE = '.tsmobyignore';

interface Layer {
  /** Names of its directory, from the root. */
  readonly depth: number;
  readonly patterns: readonly IgnorePattern[];
}

/** The ignore files from the root down to a directory. The last pattern that matches counts, and one further down counts more. */
export class IgnoreRules {
  static readonly none = new IgnoreRules([]);
  readonly #layers: readonly Layer[];

  private constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** With the ignore file of a directory that is `depth` names below the root. */
  with(text: string, depth: number): IgnoreRules {
    const patterns = text
      .replace(/^\uFEFF/, '')
      .split('\n')
      .flatMap((line) => parseIgnoreLine(line) ?? [])
      .toReversed();
    return new IgnoreRules([{ depth, patterns }, ...this.#layers]);
  }

  /** For something in a directory that is not left out itself: nothing below such a one comes back. */
  ignores(path: readonly string[], isDirectory: boolean): boolean {
    for (const { depth, patterns } of this.#layers) {
      const within = path.slice(depth);
      const match = patterns.find((pattern) => matchesPattern(pattern, within, isDirectory));
      if (match !== undefined) return !match.negated;
    }
    return false;
  }
}
