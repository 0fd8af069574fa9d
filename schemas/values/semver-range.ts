/** Versions (SemVer 2.0) among names of tags, and ranges of them as npm writes them: `>=1.2.0 <2`, `~1.4`, `1.x`. */
import parse from 'semver/functions/parse.js';
import compareBuild from 'semver/functions/compare-build.js';
import Range from 'semver/classes/range.js';

/** Longest range that is read. */
const maxLength = 255;

export function isSemverRange(text: string): boolean {
  return rangeOf(text) !== undefined;
}

/**
 * The tag with the highest version in the range; a `v` before it is no matter. Pre-releases count only where the range names one of the same version.
 * Undefined: none is in it, or the text is no range.
 */
export function highestInRange(tags: Iterable<string>, text: string): string | undefined {
  const range = rangeOf(text);
  if (range === undefined) return undefined;
  let best: { readonly tag: string; readonly version: NonNullable<ReturnType<typeof parse>> } | undefined;
  for (const tag of tags) {
    const version = parse(tag);
    if (version === null || !range.test(version)) continue;
    const order = best === undefined ? 1 : compareBuild(version, best.version);
    // Two names of one version: always the same of them.
    if (best === undefined || order > 0 || (order === 0 && tag < best.tag)) best = { tag, version };
  }
  return best?.tag;
}

/** Commas between conditions are Go's habit, and mean what blanks do. */
function rangeOf(text: string): Range | undefined {
  if (text.trim() === '' || text.length > maxLength) return undefined;
  try {
    return new Range(text.replaceAll(',', ' '));
  } catch {
    return undefined;
  }
}
