/**
 * The ManifestFiles port: the manifests in a directory, read for whoever applies them.
 *
 * YAML and JSON files (`.yaml`, `.yml`, `.json`) in all directories below; hidden ones, what `.tsmobyignore` files leave out (the syntax of .gitignore), and anything that is no regular file
 * take no part; links lead nowhere outside of the directory. A directory with a kustomization file is built by `kubectl kustomize` and is one file then; directories below
 * it are its own business. Files that are encrypted (SOPS with age, found by content; whole files by age) are decrypted.
 *
 * Reading again costs a look at each file: the very same ManifestFile comes back when the file did not change, so that whatever was made of it can be
 * remembered by identity.
 */
export interface ManifestFile {
  /** Relative to the directory, for messages. */
  readonly path: string;
  /** Absolute path of the directory that relative paths in it count from. */
  readonly directory: string;
  /** Decrypted text. */
  readonly bytes: Uint8Array;
  /** sha256:… of `bytes`. */
  readonly digest: string;
}

/** One file that could not be read; others can. */
export interface FileProblem {
  /** Relative path. */
  readonly path: string;
  /** What is wrong and what to do, in one line that begins with its place: `apps/web.yaml:3:7: …`. */
  readonly message: string;
  /** True where time may help by itself (it is being written, a program is missing): worth another look soon. */
  readonly heals: boolean;
}

export interface ReadFiles {
  /** In order of path. */
  readonly files: readonly ManifestFile[];
  readonly problems: readonly FileProblem[];
  /** sha256:… over the paths and contents of `files`, and over the places of `problems`. */
  readonly digest: string;
}

export interface ReadFilesOptions {
  /** Below the directory, without `..`; default all of it. */
  readonly subdirectory?: string;
  /** Age identities (`AGE-SECRET-KEY-1…`, one a line), for SOPS and age. */
  readonly ageIdentities?: readonly string[];
}

export interface ManifestFiles {
  /** Rejects: NotFound (reason SourceNotFound: which path), ResourceExhausted (more than 20,000 files, or 256 MiB), Cancelled. */
  read(directory: string, options: ReadFilesOptions, signal?: AbortSignal): Promise<ReadFiles>;
  /** Forgets what was read below a directory. */
  forget(directory: string): void;
}
