import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createManifestFiles } from '../../../runtime/manifest-files/create.ts';
import type { Host } from '../../../runtime/ports/host.ts';
import type { ManifestFiles, ReadFiles, ReadFilesOptions } from '../../../runtime/ports/manifest-files.ts';
import { RuntimeError } from '../../../runtime/errors.ts';

export interface OnDisk extends AsyncDisposable {
  readonly manifests: ManifestFiles;
  /** Absolute path of a directory that is followed. */
  readonly root: string;
  readonly scratch: string;
  /** What `kubectl kustomize` of this directory answers; default: it is not installed. */
  kubectl: (directory: string) => string | Promise<string>;
  /** How often it was asked. */
  builds: number;
  /** An old file, so that nobody takes it for one that is being written. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  read(options?: ReadFilesOptions): Promise<ReadFiles>;
}

const AN_HOUR = 3_600_000;

/** A reader whose clock is an hour ahead: all files are old. */
export async function createOnDisk(ahead = AN_HOUR): Promise<OnDisk> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'manifest-files-')));
  const root = join(base, 'root');
  const scratch = join(base, 'scratch');
  await mkdir(root);
  const host: Pick<Host, 'run'> = {
    async run(program, args) {
      disk.builds += 1;
      if (program !== 'kubectl' || args[0] !== 'kustomize') throw new Error(`${program} ${args.join(' ')}`);
      return { stdout: await disk.kubectl(args[1] ?? ''), stderr: '' };
    },
  };
  const manifests = createManifestFiles({ host, scratch, clock: { now: () => Date.now() + ahead } });
  const disk: OnDisk = {
    manifests,
    root,
    scratch,
    builds: 0,
    kubectl() {
      throw new RuntimeError('Unsupported', 'kubectl is not installed, or not on PATH');
    },
    async write(path, content) {
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      await utimes(target, 1, 1);
    },
    read: (options = {}) => manifests.read(root, options),
    [Symbol.asyncDispose]: async () => await rm(base, { recursive: true, force: true }),
  };
  return disk;
}

export const pathsOf = ({ files }: ReadFiles): readonly string[] => files.map(({ path }) => path);
export const messagesOf = ({ problems }: ReadFiles): readonly string[] => problems.map(({ message }) => message);
