/**
 * The BuildContexts port: the files that go into a build, as a directory of this machine, and what is in them as one digest.
 *
 * A source that is no directory (a repository, an archive, files that stand in an object) is brought into one below our data directory, under the id of
 * whoever owns it; it stays there, so that the next look moves only what changed. The digest covers every file that takes part: its path, type, mode,
 * link target and content, but not its times and owners, which BuildKit does not count either. What the ignore file leaves out takes no part.
 *
 * A look at a directory that did not change reads no file: content is remembered by size, inode and times (nanoseconds). Nothing here blocks the event
 * loop for longer than a few milliseconds, however many files there are.
 */
export type ContextSource =
  /** Absolute path. Used where it is. */
  | { readonly type: 'directory'; readonly path: string }
  | {
      readonly type: 'git';
      readonly url: string;
      readonly ref?: string;
      readonly subdirectory?: string;
      readonly submodules: boolean;
      readonly credentials?: GitCredentials;
    }
  | {
      readonly type: 'http';
      readonly url: string;
      /** sha256:… of the archive. */
      readonly digest?: string;
      readonly credentials?: { readonly username: string; readonly password: string };
    }
  | { readonly type: 'inline'; readonly files: readonly InlineFile[] };

export type GitCredentials =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'ssh'; readonly privateKey: string; readonly knownHosts?: string };

export interface InlineFile {
  /** Relative, without `..`. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

export interface PreparedContext {
  /** Absolute path of the directory. */
  readonly path: string;
  /** Commit of a repository, digest of an archive. */
  readonly revision?: string;
}

export interface DigestOptions {
  /** Path of the definition relative to the context: `<it>.dockerignore` goes before `.dockerignore`. */
  readonly dockerfile?: string;
  /** Absolute path of a directory that `dockerfile` is relative to, where that is not the context. The definition itself does not count then. */
  readonly definitionDirectory?: string;
}

export interface ContextDigest {
  /** sha256:… */
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  /** Which ignore file counts, relative to the context; absolute where it is not in it. */
  readonly ignoreFile?: string;
}

export interface BuildContexts {
  /**
   * Brings a source into a directory. `id`: whose it is, `<uid>` or `<uid>/<name>`; one source an id at a time. Rejects: NotFound (reason ContextNotFound),
   * Unauthorized, Unavailable (reason ContextFetchFailed), Corrupt, InvalidArgument, Unsupported (reason GitNotFound), ResourceExhausted.
   */
  prepare(id: string, source: ContextSource, signal?: AbortSignal): Promise<PreparedContext>;
  /** What a source stands for now, without fetching it: the commit, the archive's validator. Undefined where only fetching can tell. */
  revision(source: ContextSource, signal?: AbortSignal): Promise<string | undefined>;
  /** Looks at every file that takes part. Rejects: NotFound (ContextNotFound), InvalidArgument (ContextUnreadable: which), Cancelled. */
  digest(path: string, options: DigestOptions, signal?: AbortSignal): Promise<ContextDigest>;
  /** A text file of a context, at most `maxBytes`; undefined when there is none. Links do not lead out of it. */
  readFile(path: string, name: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /**
   * Calls back, some milliseconds after the last of a burst, when something in it may have changed; also when it comes back after it was gone. It may call
   * back once when watching has begun, as nobody knows what changed just before. What takes no part in a `digest` with the same options
   * need not be told. The path may also be that of a file.
   */
  watch(path: string, onChange: () => void, options?: DigestOptions): Disposable;
  /** A name for the builder's copy of this directory. */
  sharedKey(path: string): string;
  /** Takes away what was brought here for this owner by other ids than these. */
  keep(uid: string, ids: readonly string[]): Promise<void>;
  /** Takes away whatever was brought here for this owner. Idempotent. */
  remove(uid: string): Promise<void>;
  /** Owner uids for which something was brought here. */
  list(): Promise<readonly string[]>;
}
