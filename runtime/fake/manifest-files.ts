import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { FileProblem, ManifestFile, ManifestFiles, ReadFiles, ReadFilesOptions } from '../ports/manifest-files.ts';
import type { Gate } from './gate.ts';

interface Directory {
  /** By path relative to the directory. */
  readonly files: Map<string, ManifestFile>;
  readonly problems: Map<string, FileProblem>;
}

/** Manifests in memory: no kustomizations, no `.tsmobyignore`, nothing decrypted. */
export class FakeManifestFiles implements ManifestFiles {
  readonly #directories = new Map<string, Directory>();
  readonly #gate: Gate;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Somebody saves a file. With the text that it has it stays the very same one. */
  write(directory: string, path: string, text: string): void {
    const { files, problems } = this.#make(directory);
    problems.delete(path);
    const bytes = Buffer.from(text);
    const digest = sha256(bytes);
    if (files.get(path)?.digest === digest) return;
    files.set(path, { path, directory: posix.dirname(posix.join(directory, path)), bytes, digest });
  }

  /** Somebody deletes a file, or the whole directory. */
  delete(directory: string, path?: string): void {
    if (path === undefined) this.#directories.delete(directory);
    this.#directories.get(directory)?.files.delete(path ?? '');
    this.#directories.get(directory)?.problems.delete(path ?? '');
  }

  /** The file moves, also to another directory. */
  move(directory: string, path: string, to: string, target = directory): void {
    const bytes = this.#directories.get(directory)?.files.get(path)?.bytes ?? new Uint8Array();
    this.delete(directory, path);
    this.write(target, to, Buffer.from(bytes).toString());
  }

  /** The file cannot be read until it is written again. `message` gets its place in front. */
  spoil(directory: string, path: string, message: string, heals = false): void {
    const { files, problems } = this.#make(directory);
    files.delete(path);
    problems.set(path, { path, message: `${path}:1:1: ${message}`, heals });
  }

  /** An empty directory at least. */
  makeDirectory(directory: string): void {
    this.#make(directory);
  }

  async read(directory: string, options: ReadFilesOptions, signal?: AbortSignal): Promise<ReadFiles> {
    await this.#gate.pass('manifestFiles.read', signal);
    const { subdirectory = '' } = options;
    const within = (path: string): boolean => subdirectory === '' || path.startsWith(`${subdirectory}/`);
    const found = this.#directories.get(directory);
    const paths = [...(found?.files.keys() ?? []), ...(found?.problems.keys() ?? [])];
    if (found === undefined || (subdirectory !== '' && !paths.some(within))) {
      const missing = posix.join(directory, subdirectory);
      throw new RuntimeError('NotFound', `there is no directory ${missing}`, { reason: 'SourceNotFound' });
    }
    const files = [...found.files.values()].filter(({ path }) => within(path) && isManifest(path)).toSorted(byPath);
    const problems = [...found.problems.values()].filter(({ path }) => within(path)).toSorted(byPath);
    const content = [files.map(({ path, digest }) => [path, digest]), problems.map(({ message }) => message)];
    return { files, problems, digest: sha256(Buffer.from(JSON.stringify(content))) };
  }

  forget(): void {
    this.#gate.count('manifestFiles.forget');
  }

  #make(directory: string): Directory {
    const found = this.#directories.get(directory) ?? { files: new Map(), problems: new Map() };
    this.#directories.set(directory, found);
    return found;
  }
}

const isManifest = (path: string): boolean =>
  /\.(?:ya?ml|json)$/.test(path) && !path.split('/').some((name) => name.startsWith('.'));

const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : Number(a.path > b.path);

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
