/**
 * The Volumes port: directories and mounts that outlive containers, and the small files that ConfigMaps and Secrets become.
 *
 * Paths. A directory volume is `<data>/volumes/<namespace>/<name>/data` with a record of its owner beside it, so that a retained
 * one is found again by a Volume of the same name. A tmpfs volume is a mount in the run directory and empty after a reboot.
 * Projections live on one tmpfs of ours in the run directory (secrets never touch the disk): each is a directory whose
 * `..data` link is swapped in one rename, so that a reader sees the old files or the new ones, never a mixture.
 */
export interface VolumeId {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface DirectoryVolume {
  readonly path: string;
  readonly empty: boolean;
  /** Whoever made it; another uid means that retained data was found. */
  readonly ownerUid: string;
  readonly populated: boolean;
}

export interface ProjectedFile {
  /** Relative, no `..`. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
  /** Who owns it; default 0, the daemon's own user. Its directories anybody may read. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface Volumes {
  /** Makes the directory unless it is there; never touches its content. */
  ensureDirectory(id: VolumeId, mode?: number): Promise<DirectoryVolume>;
  statDirectory(id: VolumeId): Promise<DirectoryVolume | undefined>;
  /** Fills an empty directory volume once: `fill` works on a staging directory that is renamed into place. */
  populate(id: VolumeId, fill: (staging: string) => Promise<void>): Promise<void>;
  /** Deletes directory and content for good. */
  removeDirectory(id: VolumeId): Promise<void>;
  /** Answers the mount point; mounts unless it is mounted. */
  ensureTmpfs(id: VolumeId, options: { sizeBytes?: number; mode?: number }): Promise<string>;
  tmpfsMounted(id: VolumeId): Promise<string | undefined>;
  removeTmpfs(id: VolumeId): Promise<void>;
  /**
   * Checks a host path against what the daemon allows, links resolved first. Rejects: InvalidArgument with reason HostPathNotAllowed, or
   * NotFound / FailedPrecondition when it is missing or not of the type. `type` as in core/v1 HostPathVolumeSource.
   */
  resolveHostPath(path: string, type?: string): Promise<string>;
  /** As `resolveHostPath`, and makes nothing: of what a type would make, this is where it would be. */
  checkHostPath(path: string, type?: string): Promise<string>;
  /** Writes or swaps a projection; answers its directory and whether anything changed. */
  project(key: string, files: readonly ProjectedFile[]): Promise<{ readonly path: string; readonly changed: boolean }>;
  removeProjection(key: string): Promise<void>;
  /** A private directory of an instance's owner (emptyDir on disk); gone with the owner. */
  ensureScratch(uid: string, name: string): Promise<string>;
  removeScratch(uid: string): Promise<void>;
  /** An empty file (mode 0666, for any user of the container) in the owner's scratch, made anew each time: a termination message. */
  resetScratchFile(uid: string, name: string): Promise<string>;
  /** The last `maxBytes` of such a file as UTF-8; empty when there is none. Never follows a link. */
  readScratchFile(uid: string, name: string, maxBytes: number): Promise<string>;
  /** Resolves a path below a volume's root without leaving it through links; makes missing directories. */
  resolveSubPath(root: string, subPath: string): Promise<string>;
  /** Keys of projections, and uids of scratch directories and tmpfs mounts: what a sweep compares with the objects. */
  leftovers(): Promise<{
    readonly projections: readonly string[];
    readonly scratch: readonly string[];
    readonly tmpfs: readonly string[];
  }>;
}
