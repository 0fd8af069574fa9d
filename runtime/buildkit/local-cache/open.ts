import { mkdir } from 'node:fs/promises';
import { RuntimeError } from '../../errors.ts';
import type { BuildRequest } from '../../ports/builders.ts';
import type { ContentProxy } from '../../ports/content.ts';
import type { LocalCaches } from '../request/cache.ts';
import { localCacheId } from '../request/stores.ts';
import { keepNewestCache, newestCache } from './index-file.ts';
import { layoutContent } from './store.ts';

/** Caches of a build that are in directories of this machine. */
export interface OpenCaches {
  /** By the id under which the builder asks. */
  readonly stores: ReadonlyMap<string, ContentProxy>;
  /** What can be read, by path. */
  readonly newest: LocalCaches;
  /** After the build: what it wrote is the newest. `manifest`: as the builder describes it. Rejects with RuntimeError. */
  keep(manifest: string | undefined): Promise<void>;
}

/** Rejects with RuntimeError when a directory cannot be made. */
export async function openCaches({ cacheFrom, cacheTo }: BuildRequest): Promise<OpenCaches> {
  const sources = cacheFrom.flatMap((source) => (source.type === 'local' ? [source.path] : []));
  const targets = cacheTo.flatMap((target) => (target.type === 'local' ? [target.path] : []));
  for (const path of targets) await written(path, () => mkdir(path, { recursive: true }));
  const found = await Promise.all(sources.map(async (path) => [path, await newestCache(path)] as const));
  return {
    stores: new Map([...sources, ...targets].map((path) => [localCacheId(path), layoutContent(path)])),
    newest: new Map(found.flatMap(([path, digest]) => (digest === undefined ? [] : [[path, digest] as const]))),
    keep: async (manifest) => {
      if (manifest === undefined) return;
      for (const path of targets) await written(path, () => keepNewestCache(path, manifest));
    },
  };
}

async function written(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new RuntimeError('FailedPrecondition', `the cache in ${path} cannot be written: ${text}`, {
      cause,
      reason: 'OutputFailed',
    });
  }
}
