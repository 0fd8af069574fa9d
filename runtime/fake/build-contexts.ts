import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import type {
  BuildContexts,
  ContextDigest,
  ContextSource,
  DigestOptions,
  PreparedContext,
} from '../ports/build-contexts.ts';
import type { Gate } from './gate.ts';

type Files = Map<string, string>;

/** Directories, repositories and archives in memory. */
export class FakeBuildContexts implements BuildContexts {
  /** Directories of the machine, and those that sources were brought into. */
  readonly directories = new Map<string, Files>();
  /** By URL: what a repository or an archive holds. */
  readonly remotes = new Map<string, { readonly files: Readonly<Record<string, string>>; readonly revision: string }>();
  readonly #owned = new Set<string>();
  readonly #watches = new Map<string, Set<() => void>>();
  readonly #gate: Gate;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Somebody saves a file; whoever watches the directory is told. */
  write(directory: string, name: string, text: string): void {
    const files = this.directories.get(directory) ?? new Map<string, string>();
    this.directories.set(directory, files.set(name, text));
    this.#tell(directory);
  }

  /** Somebody deletes a file, or the whole directory. */
  delete(directory: string, name?: string): void {
    if (name === undefined) this.directories.delete(directory);
    else this.directories.get(directory)?.delete(name);
    this.#tell(directory);
  }

  /** Paths that are watched. */
  get watched(): readonly string[] {
    return [...this.#watches.keys()];
  }

  async prepare(id: string, source: ContextSource, signal?: AbortSignal): Promise<PreparedContext> {
    await this.#gate.pass('contexts.prepare', signal);
    if (source.type === 'directory') {
      this.#files(source.path);
      return { path: source.path };
    }
    const path = `/fake/contexts/${id}`;
    this.#owned.add(path);
    if (source.type === 'inline') {
      const text = (content: Uint8Array): string => Buffer.from(content).toString('utf8');
      this.directories.set(path, new Map(source.files.map((file) => [file.path, text(file.content)])));
      return { path };
    }
    const remote = this.remotes.get(source.url);
    if (remote === undefined) {
      throw new RuntimeError('Unavailable', `${source.url} does not answer`, { reason: 'ContextFetchFailed' });
    }
    this.directories.set(path, new Map(Object.entries(remote.files)));
    return { path, revision: remote.revision };
  }

  async revision(source: ContextSource, signal?: AbortSignal): Promise<string | undefined> {
    await this.#gate.pass('contexts.revision', signal);
    return 'url' in source ? this.remotes.get(source.url)?.revision : undefined;
  }

  async digest(path: string, _options: DigestOptions, signal?: AbortSignal): Promise<ContextDigest> {
    await this.#gate.pass('contexts.digest', signal);
    const files = [...this.#files(path)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex');
    const bytes = files.reduce((sum, [, text]) => sum + text.length, 0);
    return { digest: `sha256:${hash}`, files: files.length, bytes };
  }

  async readFile(path: string, name: string, _maxBytes: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    await this.#gate.pass('contexts.readFile', signal);
    const text = this.#files(path).get(name);
    return text === undefined ? undefined : Buffer.from(text);
  }

  watch(path: string, onChange: () => void): Disposable {
    this.#gate.count('contexts.watch');
    const listeners = this.#watches.get(path) ?? new Set();
    this.#watches.set(path, listeners.add(onChange));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(onChange);
        if (listeners.size === 0) this.#watches.delete(path);
      },
    };
  }

  sharedKey(path: string): string {
    return createHash('sha256').update(path).digest('hex').slice(0, 12);
  }

  async remove(uid: string): Promise<void> {
    await this.#gate.pass('contexts.remove');
    for (const path of this.#owned) {
      if (ownerOf(path) !== uid) continue;
      this.#owned.delete(path);
      this.directories.delete(path);
    }
  }

  async keep(uid: string, ids: readonly string[]): Promise<void> {
    await this.#gate.pass('contexts.keep');
    const kept = new Set(ids.map((id) => `/fake/contexts/${id}`));
    for (const path of this.#owned) {
      if (ownerOf(path) !== uid || kept.has(path)) continue;
      this.#owned.delete(path);
      this.directories.delete(path);
    }
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('contexts.list');
    return [...new Set([...this.#owned].map(ownerOf))];
  }

  #files(path: string): Files {
    const files = this.directories.get(path);
    if (files !== undefined) return files;
    throw new RuntimeError('NotFound', `${path} is not there`, { reason: 'ContextNotFound' });
  }

  #tell(path: string): void {
    for (const onChange of this.#watches.get(path) ?? []) queueMicrotask(onChange);
  }
}

const ownerOf = (path: string): string => path.split('/')[3] ?? '';
