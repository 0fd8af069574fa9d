/** The SyncSources port on this machine's file system, with its git, gpg and ssh, and the registries that the Registry port reaches. */
import { mkdir, rm } from 'node:fs/promises';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import { fileFailure, namesIn, throwIfAborted } from '../file-failure.ts';
import { KeyedTurns } from '../keyed-turns.ts';
import type { Host } from '../ports/host.ts';
import type { Registry } from '../ports/registry.ts';
import type { FetchedSource, SyncSource, SyncSources } from '../ports/sync-sources.ts';
import { checkDirectory } from './directory.ts';
import { fetchGit, gitRevision } from './git/fetch.ts';
import { createLayout, scratch, type Layout } from './layout.ts';
import { fetchArtifact, ociRevision } from './oci/fetch.ts';
import { Trees } from './trees.ts';
import { watchSource } from './watch.ts';

export interface SyncSourcesOptions {
  /** What is brought here stands in `<dataDirectory>/sync-sources`. */
  readonly dataDirectory: string;
  readonly host: Host;
  readonly registry: Registry;
  /** A new name, with nothing but letters, digits and dashes. */
  readonly newId: () => string;
  readonly log: { warn(fields: object, message: string): void };
  /** Of the daemon: proxies stand in it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of an artifact, unpacked; default 256 MiB, which is what may be read of a source. */
  readonly maxArtifactBytes?: number;
  /** Files and directories of an artifact; default 50,000. */
  readonly maxArtifactEntries?: number;
}

/** What fetching takes from here. */
export interface SourceTools extends SyncSourcesOptions {
  readonly signal: AbortSignal | undefined;
}

export function createSyncSources(options: SyncSourcesOptions): SyncSources {
  const layout = createLayout(options.dataDirectory);
  const trees = new Trees();
  const turns = new KeyedTurns();
  let sweeping: Promise<void> | undefined;
  return {
    fetch: (id, source, signal) =>
      told(`the source of ${id}`, () => {
        const place = layout.owner(id);
        return turns.take(id, () => fetch(place, source, { ...options, signal }, trees));
      }),
    revision: (source, signal) =>
      told('the revision of a source', async () => {
        await (sweeping ??= removeScratch(layout));
        return await revision(layout, source, { ...options, signal });
      }),
    watch: (source, onChange) => watchSource(source, onChange, options.log),
    remove: (id) =>
      told(`the source of ${id}`, () => {
        const place = layout.owner(id);
        return turns.take(id, () => remove(place, trees));
      }),
    list: () => told('sources', async () => (await namesIn(layout.root)).filter((name) => !name.startsWith(scratch))),
  };
}

async function fetch(place: string, source: SyncSource, tools: SourceTools, trees: Trees): Promise<FetchedSource> {
  throwIfAborted(tools.signal, 'fetching');
  if (source.type === 'directory') {
    await checkDirectory(source.path);
    await remove(place, trees);
    return { path: source.path };
  }
  const isNew = (await namesIn(place)).length === 0;
  await mkdir(place, { recursive: true, mode: 0o700 });
  try {
    return source.type === 'git'
      ? await fetchGit(place, source, tools, trees)
      : await fetchArtifact(place, source, tools, trees);
  } catch (error) {
    // Whoever owns nothing here yet does not begin to by a failure; a copy that is half there may be gone on with.
    if (isNew && !trees.has(place) && !isRuntimeError(error, 'Cancelled', 'Unavailable')) await remove(place, trees);
    throw error;
  }
}

async function remove(place: string, trees: Trees): Promise<void> {
  trees.forget(place);
  await rm(place, { recursive: true, force: true });
}

async function revision(layout: Layout, source: SyncSource, tools: SourceTools): Promise<string | undefined> {
  throwIfAborted(tools.signal, 'asking');
  switch (source.type) {
    case 'directory':
      return undefined;
    case 'git':
      return await gitRevision(layout.scratch(tools.newId()), source, tools);
    case 'oci':
      return await ociRevision(source, tools);
  }
}

/** What a daemon left that was killed while it asked: keys may stand in it. */
async function removeScratch({ root }: Layout): Promise<void> {
  for (const name of await namesIn(root)) {
    if (name.startsWith(scratch)) await rm(`${root}/${name}`, { recursive: true, force: true });
  }
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RuntimeError ? error : fileFailure(what, error);
  }
}
