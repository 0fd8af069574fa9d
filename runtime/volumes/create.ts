import { readdir, rm } from 'node:fs/promises';
import { RuntimeError } from '../errors.ts';
import type { Host, HostFacts } from '../ports/host.ts';
import type { VolumeId, Volumes } from '../ports/volumes.ts';
import { ensureDirectory, removeDirectory, statDirectory } from './directories.ts';
import { fileFailure, unlessMissing } from './failures.ts';
import { checkHostPath, resolveHostPath } from './host-path.ts';
import { createLayout } from './names.ts';
import { populate } from './populate.ts';
import { ensureProjectionRoot } from './projection-root.ts';
import { project } from './projections.ts';
import { ensureScratch, readScratchFile, resetScratchFile } from './scratch.ts';
import { resolveSubPath } from './sub-path.ts';
import { ensureTmpfs, removeTmpfs, tmpfsMounted } from './tmpfs.ts';

export interface VolumesOptions {
  readonly facts: Pick<HostFacts, 'dataDirectory' | 'runDirectory'>;
  readonly host: Host;
  /** Absolute host paths that containers may mount, with everything below. */
  readonly allowHostPaths: readonly string[];
}

/** Volumes on this machine's file system. Every failure names what it was for, the path, and what to do. */
export function createVolumes({ facts, host, allowHostPaths }: VolumesOptions): Volumes {
  const layout = createLayout(facts.dataDirectory, facts.runDirectory);
  const told = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fileFailure(what, error);
    }
  };
  const volume = <T>(id: VolumeId, work: () => Promise<T>): Promise<T> =>
    told(`volume ${id.namespace}/${id.name}`, work);
  const scratch = <T>(uid: string, work: () => Promise<T>): Promise<T> => told(`scratch of ${uid}`, work);
  return {
    ensureDirectory: (id, mode) => volume(id, () => ensureDirectory(layout, id, mode)),
    statDirectory: (id) => volume(id, () => statDirectory(layout, id)),
    populate: (id, fill) => volume(id, () => populate(layout, id, fill)),
    removeDirectory: (id) =>
      volume(id, async () => {
        await refuseMounts(host, layout.volume(id));
        await removeDirectory(layout, id);
      }),
    ensureTmpfs: (id, options) => volume(id, () => ensureTmpfs(host, layout.tmpfs(id.uid), options)),
    tmpfsMounted: (id) => volume(id, () => tmpfsMounted(host, layout.tmpfs(id.uid))),
    removeTmpfs: (id) => volume(id, () => removeTmpfs(host, layout.tmpfs(id.uid))),
    resolveHostPath: (path, type = '') => told(`host path ${path}`, () => resolveHostPath(path, type, allowHostPaths)),
    checkHostPath: (path, type = '') => told(`host path ${path}`, () => checkHostPath(path, type, allowHostPaths)),
    project: (key, files) =>
      told(`files of ${key}`, async () => {
        const path = layout.projection(key);
        await ensureProjectionRoot(host, layout.projectionRoot);
        return { path, changed: await project(path, files) };
      }),
    removeProjection: (key) =>
      told(`files of ${key}`, () => rm(layout.projection(key), { recursive: true, force: true })),
    ensureScratch: (uid, name) => scratch(uid, () => ensureScratch(layout.scratch(uid), name)),
    removeScratch: (uid) =>
      scratch(uid, async () => {
        await refuseMounts(host, layout.scratch(uid));
        await rm(layout.scratch(uid), { recursive: true, force: true });
      }),
    resetScratchFile: (uid, name) => scratch(uid, () => resetScratchFile(layout.scratch(uid), name)),
    readScratchFile: (uid, name, maxBytes) => scratch(uid, () => readScratchFile(layout.scratch(uid), name, maxBytes)),
    resolveSubPath: (root, subPath) => told(`subPath of ${root}`, () => resolveSubPath(root, subPath)),
    leftovers: () =>
      told('leftovers', async () => ({
        projections: await names(layout.projectionRoot),
        scratch: await names(layout.scratchRoot),
        tmpfs: await names(layout.tmpfsRoot),
      })),
  };
}

const names = async (path: string): Promise<readonly string[]> => (await unlessMissing(readdir(path))) ?? [];

/** Deleting would go through a mount into whatever somebody mounted there. */
async function refuseMounts(host: Host, path: string): Promise<void> {
  const [mount] = await host.mountsUnder(path);
  if (mount === undefined) return;
  throw new RuntimeError(
    'FailedPrecondition',
    `${path} is not deleted: something is mounted at ${mount}; unmount it first`,
  );
}
