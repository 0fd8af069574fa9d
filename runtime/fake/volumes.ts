import { RuntimeError } from '../errors.ts';
import type { HostFacts } from '../ports/host.ts';
import type { DirectoryVolume, ProjectedFile, VolumeId, Volumes } from '../ports/volumes.ts';
import { copyTree, type FakeFiles } from './files.ts';
import type { Gate } from './gate.ts';
import { checkProjectedPaths, subPathParts, textTail } from './paths.ts';

/** Volumes over FakeFiles: the same answers as the real ones, without mounts and links. */
export class FakeVolumes implements Volumes {
  readonly #directories = new Map<string, { ownerUid: string; populated: boolean }>();
  readonly #tmpfs = new Map<string, string>();
  readonly #projections = new Map<string, string>();
  readonly #scratch = new Set<string>();
  readonly #gate: Gate;
  readonly #files: FakeFiles;
  readonly #facts: HostFacts;
  readonly #allowed: readonly string[];

  constructor(gate: Gate, files: FakeFiles, facts: HostFacts, allowed: readonly string[]) {
    this.#gate = gate;
    this.#files = files;
    this.#facts = facts;
    this.#allowed = allowed;
  }

  async ensureDirectory(id: VolumeId): Promise<DirectoryVolume> {
    await this.#gate.pass('volumes.ensureDirectory');
    const path = this.#directoryPath(id);
    if (!this.#directories.has(path)) {
      this.#directories.set(path, { ownerUid: id.uid, populated: false });
      await this.#files.makeDirectory(path);
      this.#gate.changed();
    }
    return await this.#describe(path);
  }

  async statDirectory(id: VolumeId): Promise<DirectoryVolume | undefined> {
    await this.#gate.pass('volumes.statDirectory');
    const path = this.#directoryPath(id);
    return this.#directories.has(path) ? await this.#describe(path) : undefined;
  }

  async populate(id: VolumeId, fill: (staging: string) => Promise<void>): Promise<void> {
    await this.#gate.pass('volumes.populate');
    const path = this.#directoryPath(id);
    const record = this.#directories.get(path);
    if (record === undefined) throw new RuntimeError('NotFound', `volume ${id.namespace}/${id.name} has no directory`);
    if (record.populated) return;
    if ((await this.#describe(path)).empty) {
      const staging = `${path}.staging`;
      await this.#files.remove(staging);
      await this.#files.makeDirectory(staging);
      await fill(staging);
      await copyTree(this.#files, staging, path);
      await this.#files.remove(staging);
    }
    record.populated = true;
  }

  async removeDirectory(id: VolumeId): Promise<void> {
    await this.#gate.pass('volumes.removeDirectory');
    const path = this.#directoryPath(id);
    this.#directories.delete(path);
    await this.#files.remove(path);
  }

  async ensureTmpfs(id: VolumeId): Promise<string> {
    await this.#gate.pass('volumes.ensureTmpfs');
    const path = `${this.#facts.runDirectory}/tmpfs/${id.uid}`;
    if (!this.#tmpfs.has(id.uid)) {
      this.#tmpfs.set(id.uid, path);
      await this.#files.makeDirectory(path);
      this.#gate.changed();
    }
    return path;
  }

  async tmpfsMounted(id: VolumeId): Promise<string | undefined> {
    await this.#gate.pass('volumes.tmpfsMounted');
    return this.#tmpfs.get(id.uid);
  }

  async removeTmpfs(id: VolumeId): Promise<void> {
    await this.#gate.pass('volumes.removeTmpfs');
    const path = this.#tmpfs.get(id.uid);
    if (path !== undefined) await this.#files.remove(path);
    this.#tmpfs.delete(id.uid);
  }

  async resolveHostPath(path: string, type = ''): Promise<string> {
    await this.#gate.pass('volumes.resolveHostPath');
    if (await this.#isHostPathThere(path, type)) return path;
    if (type === 'DirectoryOrCreate') await this.#files.makeDirectory(path);
    else await this.#files.write(path, '');
    return path;
  }

  async checkHostPath(path: string, type = ''): Promise<string> {
    await this.#gate.pass('volumes.checkHostPath');
    await this.#isHostPathThere(path, type);
    return path;
  }

  /** False: the type makes it. */
  async #isHostPathThere(path: string, type: string): Promise<boolean> {
    if (!this.#allowed.some((allowed) => path === allowed || path.startsWith(`${allowed}/`))) {
      throw new RuntimeError(
        'InvalidArgument',
        `host path ${path} is not allowed; start the daemon with --allow-host-path`,
        {
          reason: 'HostPathNotAllowed',
        },
      );
    }
    const kind = await this.#files.kind(path);
    if (kind === undefined) {
      if (type.endsWith('OrCreate')) return false;
      throw new RuntimeError('NotFound', `host path ${path} does not exist`);
    }
    if ((type.startsWith('Directory') && kind !== 'directory') || (type.startsWith('File') && kind !== 'file')) {
      throw new RuntimeError('FailedPrecondition', `host path ${path} is a ${kind}, not a ${type}`);
    }
    return true;
  }

  async project(key: string, files: readonly ProjectedFile[]): Promise<{ path: string; changed: boolean }> {
    await this.#gate.pass('volumes.project');
    const path = `${this.#facts.runDirectory}/projections/${key}`;
    checkProjectedPaths(files);
    const entries = files.map(({ path, mode, uid = 0, gid = 0, content }) => [
      path,
      `${mode} ${uid}:${gid}`,
      Buffer.from(content).toString('base64'),
    ]);
    const content = JSON.stringify(entries.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
    if (this.#projections.get(key) === content) return { path, changed: false };
    this.#projections.set(key, content);
    await this.#files.remove(path);
    await this.#files.makeDirectory(path);
    for (const file of files) await this.#files.write(`${path}/${file.path}`, file.content, file.mode);
    this.#gate.changed();
    return { path, changed: true };
  }

  async removeProjection(key: string): Promise<void> {
    await this.#gate.pass('volumes.removeProjection');
    this.#projections.delete(key);
    await this.#files.remove(`${this.#facts.runDirectory}/projections/${key}`);
  }

  async ensureScratch(uid: string, name: string): Promise<string> {
    await this.#gate.pass('volumes.ensureScratch');
    const path = `${this.#facts.dataDirectory}/scratch/${uid}/volumes/${name}`;
    if ((await this.#files.kind(path)) === undefined) {
      this.#scratch.add(uid);
      await this.#files.makeDirectory(path);
      this.#gate.changed();
    }
    return path;
  }

  async removeScratch(uid: string): Promise<void> {
    await this.#gate.pass('volumes.removeScratch');
    this.#scratch.delete(uid);
    await this.#files.remove(`${this.#facts.dataDirectory}/scratch/${uid}`);
  }

  async resetScratchFile(uid: string, name: string): Promise<string> {
    await this.#gate.pass('volumes.resetScratchFile');
    this.#scratch.add(uid);
    const path = this.#scratchFile(uid, name);
    await this.#files.write(path, '', 0o666);
    return path;
  }

  async readScratchFile(uid: string, name: string, maxBytes: number): Promise<string> {
    await this.#gate.pass('volumes.readScratchFile');
    return textTail((await this.#files.read(this.#scratchFile(uid, name))) ?? new Uint8Array(), maxBytes);
  }

  async resolveSubPath(root: string, subPath: string): Promise<string> {
    await this.#gate.pass('volumes.resolveSubPath');
    const path = [root, ...subPathParts(subPath)].join('/');
    if ((await this.#files.kind(path)) === undefined) await this.#files.makeDirectory(path);
    return path;
  }

  async leftovers(): Promise<{ projections: string[]; scratch: string[]; tmpfs: string[] }> {
    await this.#gate.pass('volumes.leftovers');
    return {
      projections: [...this.#projections.keys()],
      scratch: [...this.#scratch],
      tmpfs: [...this.#tmpfs.keys()],
    };
  }

  #scratchFile(uid: string, name: string): string {
    return `${this.#facts.dataDirectory}/scratch/${uid}/files/${name}`;
  }

  #directoryPath(id: VolumeId): string {
    return `${this.#facts.dataDirectory}/volumes/${id.namespace}/${id.name}/data`;
  }

  async #describe(path: string): Promise<DirectoryVolume> {
    const record = this.#directories.get(path) ?? { ownerUid: '', populated: false };
    return { path, ...record, empty: ((await this.#files.list(path)) ?? []).length === 0 };
  }
}
