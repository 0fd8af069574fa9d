/** Watching a context: whatever its ignore file leaves out is not watched. */
import type { DigestOptions } from '../../ports/build-contexts.ts';
import { watchDirectory, type WatchOptions } from '../../watch/watch.ts';
import { readIgnored } from './content/ignore.ts';

export interface WatchContextOptions extends Omit<WatchOptions, 'leftOut'> {
  /** Which ignore file counts. It, and the definition, are watched also where they are left out, as far as they are in the context. */
  readonly digest?: DigestOptions;
}

export function watchContext({ digest = {}, ...options }: WatchContextOptions): Disposable {
  return watchDirectory({
    ...options,
    async leftOut(root) {
      const { file, patterns } = await readIgnored(root, digest);
      return withDefinition(patterns, file, digest);
    },
  });
}

/** What counts although it may be left out. */
function withDefinition(
  patterns: readonly string[],
  file: string | undefined,
  { dockerfile, definitionDirectory }: DigestOptions,
): readonly string[] {
  const kept = [definitionDirectory === undefined ? dockerfile : undefined, file].filter(
    (name) => name !== undefined && !name.startsWith('/'),
  ) as readonly string[];
  return patterns.length === 0 ? [] : [...patterns, ...kept.map((name) => `!${escapePattern(name)}`)];
}

const escapePattern = (name: string): string => name.replaceAll(/[*?[\\]/g, String.raw`\$&`);
