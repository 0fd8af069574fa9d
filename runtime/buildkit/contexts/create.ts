/** The BuildContexts port on this machine's file system, with the git, tar and network of this machine. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildContexts, ContextSource, PreparedContext } from '../../ports/build-contexts.ts';
import type { Host } from '../../ports/host.ts';
import { digestContext } from './content/digest.ts';
import { HashThreads } from './content/hash-thread.ts';
import { KnownContent } from './content/known-content.ts';
import { fileFailure, namesIn, throwIfAborted } from '../../file-failure.ts';
import { gitRevision, prepareGit } from './git.ts';
import { httpRevision, prepareHttp } from './http/prepare.ts';
import { prepareInline } from './inline.ts';
import { readInside, realDirectory } from './inside.ts';
import { KeyedTurns } from '../../keyed-turns.ts';
import { createLayout, type Layout } from './layout.ts';
import { sharedKey } from './shared-key.ts';
import { watchContext } from './watch.ts';

/** As pino's, whose method calls it takes. */
export interface ContextsLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface BuildContextsOptions {
  /** What is brought here stands in `<dataDirectory>/build-contexts`. */
  readonly dataDirectory: string;
  /** Something that no other machine and no other store has: names of builders' copies come out of it. */
  readonly hostId: string;
  readonly host: Host;
  readonly clock: { now(): number };
  /** A new name, with nothing but letters, digits and dashes. */
  readonly newId: () => string;
  readonly log: ContextsLog;
  /** Of the daemon: proxies stand in it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of an archive; default 2 GiB. */
  readonly maxArchiveBytes?: number;
  /** Of what is in an archive; default 16 GiB. */
  readonly maxUnpackedBytes?: number;
}

/** Begins names of directories that are nobody's, and hold secrets. */
const scratch = '.asking-';

export function createBuildContexts(options: BuildContextsOptions): BuildContexts {
  const { dataDirectory, hostId, clock } = options;
  const layout = createLayout(dataDirectory);
  const known = new KnownContent();
  const tools = { known, threads: new HashThreads(), clock };
  const turns = new KeyedTurns();
  let sweeping: Promise<void> | undefined;
  const sweep = (): Promise<void> => {
    sweeping ??= removeScratch(layout.root).catch((error: unknown) => {
      // A disk that fails once need not fail for ever.
      sweeping = undefined;
      throw error;
    });
    return sweeping;
  };
  return {
    prepare: (id, source, signal) =>
      told(`the context of ${id}`, () => turns.take(id, () => prepare(layout, id, source, { ...options, signal }))),
    revision: (source, signal) =>
      told('the revision of a context', async () => {
        await sweep();
        return await revision(layout, source, { ...options, signal });
      }),
    digest: (path, how, signal) => told(`context ${path}`, () => digestContext(path, how, tools, signal)),
    readFile: (path, name, maxBytes, signal) =>
      told(`context ${path}`, async () => {
        throwIfAborted(signal, `reading ${name}`);
        return await readInside(await realDirectory(path), name, maxBytes);
      }),
    watch: (path, onChange, digest = {}) => watchContext({ path, digest, onChange, log: options.log }),
    sharedKey: (path) => sharedKey(hostId, path),
    keep: (uid, ids) =>
      told(`contexts of ${uid}`, async () => {
        const owner = layout.owner(uid);
        const kept = new Set(ids.map((id) => layout.source(id)));
        const others = (await namesIn(owner)).map((name) => join(owner, name)).filter((path) => !kept.has(path));
        for (const path of others) {
          known.forget(path);
          await rm(path, { recursive: true, force: true });
        }
      }),
    remove: (uid) =>
      told(`contexts of ${uid}`, async () => {
        const path = layout.owner(uid);
        known.forget(path);
        await rm(path, { recursive: true, force: true });
      }),
    list: () => told('contexts', async () => (await namesIn(layout.root)).filter((name) => !name.startsWith(scratch))),
  };
}

interface Tools extends BuildContextsOptions {
  readonly signal: AbortSignal | undefined;
}

async function prepare(layout: Layout, id: string, source: ContextSource, tools: Tools): Promise<PreparedContext> {
  throwIfAborted(tools.signal, 'fetching');
  if (source.type === 'directory') {
    await removeOthers(layout.source(id), undefined);
    await realDirectory(source.path);
    return { path: source.path };
  }
  const place = join(layout.source(id), source.type);
  await removeOthers(layout.source(id), source.type);
  await mkdir(place, { recursive: true, mode: 0o700 });
  switch (source.type) {
    case 'inline':
      return { path: await prepareInline(place, source.files) };
    case 'git':
      return await prepareGit(place, source, tools);
    case 'http':
      return await prepareHttp(place, source, tools);
  }
}

async function revision(layout: Layout, source: ContextSource, tools: Tools): Promise<string | undefined> {
  throwIfAborted(tools.signal, 'asking');
  const place = join(layout.root, `${scratch}${tools.newId()}`);
  switch (source.type) {
    case 'git':
      return await gitRevision(place, source, tools);
    case 'http':
      return await httpRevision(source, tools);
    default:
      return undefined;
  }
}

/** What a source of another type had left here. */
async function removeOthers(place: string, type: string | undefined): Promise<void> {
  for (const name of await namesIn(place)) {
    if (name !== type) await rm(join(place, name), { recursive: true, force: true });
  }
}

/** What a daemon left that was killed while it asked. */
async function removeScratch(root: string): Promise<void> {
  for (const name of await namesIn(root)) {
    if (name.startsWith(scratch)) await rm(join(root, name), { recursive: true, force: true });
  }
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(what, error);
  }
}
