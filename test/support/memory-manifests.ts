import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { FakeFiles } from '../../runtime/fake/files.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import type { ManifestFile, ManifestFiles, ReadFiles, ReadFilesOptions } from '../../runtime/ports/manifest-files.ts';

/** Manifests among files in memory: no kustomizations, no ignore files, nothing decrypted. */
export class MemoryManifests implements ManifestFiles {
  readonly #files: FakeFiles;
  readonly #known = new Map<string, ManifestFile>();

  constructor(files: FakeFiles) {
    this.#files = files;
  }

  async read(directory: string, { subdirectory = '' }: ReadFilesOptions): Promise<ReadFiles> {
    const root = posix.join(directory, subdirectory);
    if ((await this.#files.kind(root)) !== 'directory') {
      throw new RuntimeError('NotFound', `there is no directory ${root}`, { reason: 'SourceNotFound' });
    }
    const files = await Array.fromAsync(this.#below(root, ''));
    return { files, problems: [], digest: digestOf(JSON.stringify(files.map(({ path, digest }) => [path, digest]))) };
  }

  forget(): void {
    this.#known.clear();
  }

  async *#below(root: string, within: string): AsyncGenerator<ManifestFile> {
    for (const name of (await this.#files.list(posix.join(root, within))) ?? []) {
      const path = posix.join(within, name);
      const whole = posix.join(root, path);
      if ((await this.#files.kind(whole)) === 'directory') yield* this.#below(root, path);
      else if (/\.(ya?ml|json)$/.test(name))
        yield this.#fileOf(path, whole, (await this.#files.read(whole)) ?? new Uint8Array());
    }
  }

  #fileOf(path: string, whole: string, bytes: Uint8Array): ManifestFile {
    const digest = digestOf(bytes);
    const before = this.#known.get(whole);
    if (before?.digest === digest && before.path === path) return before;
    const file = { path, directory: posix.dirname(whole), bytes, digest };
    this.#known.set(whole, file);
    return file;
  }
}

const digestOf = (bytes: string | Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
