import type { CacheSource, CacheTarget } from '../../ports/builders.ts';

/** One place for cache, as builders take it. */
export interface CacheEntry {
  readonly type: string;
  readonly attrs: Record<string, string>;
}

/** A cache in a directory, and the manifest that is its newest. */
export type LocalCaches = ReadonlyMap<string, string>;

/**
 * Sources go to the front end as an attribute: those in the request itself are not looked at when there is a front end. A directory in which
 * there is no cache yet is left out.
 */
export function cacheImports(sources: readonly CacheSource[], local: LocalCaches): CacheEntry[] {
  return sources.flatMap((source): CacheEntry[] => {
    if (source.type === 'registry') return [{ type: 'registry', attrs: registryAttrs(source) }];
    const digest = local.get(source.path);
    return digest === undefined ? [] : [{ type: 'local', attrs: { src: source.path, digest } }];
  });
}

/** The attribute `cache-imports`; nothing when there is nothing. */
export function cacheImportsAttribute(entries: readonly CacheEntry[]): Record<string, string> {
  if (entries.length === 0) return {};
  return { 'cache-imports': JSON.stringify(entries.map(({ type, attrs }) => ({ Type: type, Attrs: attrs }))) };
}

export function cacheExports(targets: readonly CacheTarget[]): CacheEntry[] {
  return targets.map((target): CacheEntry => {
    switch (target.type) {
      case 'inline':
        return { type: 'inline', attrs: {} };
      case 'registry':
        return { type: 'registry', attrs: { ...registryAttrs(target), mode: target.mode } };
      case 'local':
        return { type: 'local', attrs: { dest: target.path, mode: target.mode } };
    }
  });
}

function registryAttrs({
  reference,
  insecure,
}: {
  readonly reference: string;
  readonly insecure: boolean;
}): Record<string, string> {
  return { ref: reference, ...(insecure ? { 'registry.insecure': 'true' } : {}) };
}
