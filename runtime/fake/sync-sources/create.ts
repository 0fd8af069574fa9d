import { RuntimeError } from '../../errors.ts';
import type { FetchedSource, SyncSource, SyncSources } from '../../ports/sync-sources.ts';
import { createMemoryFiles, type FakeFiles } from '../files.ts';
import { createGate, type Gate } from '../gate.ts';
import {
  addCommit,
  createFakeRepository,
  findArtifact,
  findVersion,
  refNotFound,
  splitReference,
  type FakeArtifacts,
  type FakeRepository,
  type FakeSigner,
  type FakeTree,
  type FakeVersion,
} from './remotes.ts';

export interface FakeSyncSourcesOptions {
  /** Counts (`sources.fetch`, `sources.revision`, …), delays and refuses calls; default one of its own. */
  readonly gate?: Gate;
  /** Where directories are and fetched files go; default in memory. With those of a disk a real reader can read them. */
  readonly files?: FakeFiles;
  /** What is fetched stands below it. */
  readonly root?: string;
}

export const createFakeSyncSources = (options: FakeSyncSourcesOptions = {}): FakeSyncSources =>
  new FakeSyncSources(options);

/** Directories, repositories and artifacts that a test changes. */
export class FakeSyncSources implements SyncSources {
  readonly files: FakeFiles;
  readonly gate: Gate;
  readonly #root: string;
  readonly #repositories = new Map<string, FakeRepository>();
  readonly #artifacts: FakeArtifacts = new Map();
  readonly #failures = new Map<string, RuntimeError>();
  /** By owner: what was given out last, and before. */
  readonly #fetched = new Map<string, { readonly revision: string; readonly path: string; readonly former?: string }>();
  readonly #watches = new Map<string, Set<() => void>>();
  #fetches = 0;

  constructor({ gate, files, root }: FakeSyncSourcesOptions) {
    this.files = files ?? createMemoryFiles();
    this.gate = gate ?? createGate({ after: realTimer });
    this.#root = root ?? '/nonexistent/tsmoby-fake/sync-sources';
  }

  /** Somebody saves a file in a directory; whoever watches that is told. */
  async write(directory: string, name: string, text: string): Promise<void> {
    await this.files.write(`${directory}/${name}`, text);
    this.#tell(directory);
  }

  /** Somebody deletes a file, or the whole directory. */
  async delete(directory: string, name?: string): Promise<void> {
    await this.files.remove(name === undefined ? directory : `${directory}/${name}`);
    this.#tell(directory);
  }

  /** A commit with just these files becomes the head of a branch (default main) of a repository that is there from now on. Returns its id. */
  commit(
    url: string,
    files: FakeTree,
    { branch = 'main', signer }: { readonly branch?: string; readonly signer?: FakeSigner } = {},
  ): string {
    const repository = this.#repositories.get(url) ?? createFakeRepository();
    this.#repositories.set(url, repository);
    const id = addCommit(repository, { files, ...(signer === undefined ? {} : { signer }) }, branch);
    this.#tell(url);
    return id;
  }

  /** A tag of a commit (default: the newest of main); again: the tag moves. */
  tag(
    url: string,
    name: string,
    { commit, signer }: { readonly commit?: string; readonly signer?: FakeSigner } = {},
  ): void {
    const repository = this.#repositories.get(url);
    const of = commit ?? repository?.branches.get('main');
    if (repository === undefined || of === undefined) throw new Error(`${url} has no commit`);
    repository.tags.set(name, { commit: of, ...(signer === undefined ? {} : { signer }) });
    this.#tell(url);
  }

  /** Somebody deletes a branch or tag. */
  deleteRef(url: string, name: string): void {
    const repository = this.#repositories.get(url);
    repository?.branches.delete(name);
    repository?.tags.delete(name);
    this.#tell(url);
  }

  /** Somebody pushes an artifact; the reference has a tag. */
  push(reference: string, files: FakeTree): void {
    const { repository, tag } = splitReference(reference);
    const tags = this.#artifacts.get(repository) ?? new Map<string, FakeTree>();
    this.#artifacts.set(repository, tags.set(tag, files));
  }

  /** From now on whatever is asked of this path, URL or reference fails so; until it is called again without an error. */
  fail(where: string, error?: RuntimeError): void {
    if (error === undefined) this.#failures.delete(where);
    else this.#failures.set(where, error);
  }

  /** Paths and URLs that are watched. */
  get watched(): readonly string[] {
    return [...this.#watches.keys()];
  }

  async fetch(id: string, source: SyncSource, signal?: AbortSignal): Promise<FetchedSource> {
    await this.gate.pass('sources.fetch', signal);
    this.#refuse(source);
    if (source.type === 'directory') {
      await this.#forget(id);
      if ((await this.files.kind(source.path)) === 'directory') return { path: source.path };
      throw new RuntimeError('NotFound', `there is no directory ${source.path}`, { reason: 'SourceNotFound' });
    }
    const { files, revision, commit, signer } = this.#find(source, true);
    return {
      path: await this.#place(id, revision, files),
      revision,
      ...(commit === undefined ? {} : { commit }),
      ...(signer === undefined ? {} : { signer: signer.name }),
    };
  }

  async revision(source: SyncSource, signal?: AbortSignal): Promise<string | undefined> {
    await this.gate.pass('sources.revision', signal);
    this.#refuse(source);
    return source.type === 'directory' ? undefined : this.#find(source, false).revision;
  }

  watch(source: SyncSource, onChange: () => void): Disposable {
    this.gate.count('sources.watch');
    const where = placeOf(source);
    if (!where.startsWith('/') && !where.startsWith('file://')) return { [Symbol.dispose]: () => undefined };
    const listeners = this.#watches.get(where) ?? new Set();
    this.#watches.set(where, listeners.add(onChange));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(onChange);
        if (listeners.size === 0) this.#watches.delete(where);
      },
    };
  }

  async remove(id: string): Promise<void> {
    await this.gate.pass('sources.remove');
    await this.#forget(id);
  }

  async list(): Promise<readonly string[]> {
    await this.gate.pass('sources.list');
    return [...this.#fetched.keys()];
  }

  #find(source: Exclude<SyncSource, { type: 'directory' }>, verified: boolean): FakeVersion {
    if (source.type === 'oci') {
      const artifact = findArtifact(this.#artifacts, source);
      if (artifact === undefined) throw refNotFound(source.reference, 'artifact');
      return artifact;
    }
    const repository = this.#repositories.get(source.url);
    if (repository !== undefined) return findVersion(repository, source, verified);
    throw new RuntimeError('NotFound', `there is no repository ${source.url}`, { reason: 'SourceNotFound' });
  }

  /** What is given out stays as it is; the former stays, too, until something newer has come. */
  async #place(id: string, revision: string, files: FakeTree): Promise<string> {
    const before = this.#fetched.get(id);
    if (before?.former !== undefined) await this.files.remove(before.former);
    if (before?.revision === revision) {
      this.#fetched.set(id, { revision, path: before.path });
      return before.path;
    }
    const path = `${this.#root}/${id}/${++this.#fetches}`;
    await this.files.makeDirectory(path);
    for (const [name, text] of Object.entries(files)) await this.files.write(`${path}/${name}`, text);
    this.#fetched.set(id, { revision, path, ...(before === undefined ? {} : { former: before.path }) });
    return path;
  }

  async #forget(id: string): Promise<void> {
    if (this.#fetched.delete(id)) await this.files.remove(`${this.#root}/${id}`);
  }

  #refuse(source: SyncSource): void {
    const failure = this.#failures.get(placeOf(source));
    if (failure !== undefined) throw failure;
  }

  #tell(where: string): void {
    for (const onChange of this.#watches.get(where) ?? []) queueMicrotask(onChange);
  }
}

function placeOf(source: SyncSource): string {
  if (source.type === 'directory') return source.path;
  return source.type === 'git' ? source.url : source.reference;
}

function realTimer(delayMs: number, wake: () => void): Disposable {
  const timer = setTimeout(wake, delayMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
