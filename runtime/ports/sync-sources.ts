/**
 * The SyncSources port: where a Sync's files come from, as a directory of this machine and a revision.
 *
 * What is no directory is brought below our data directory, under the id of whoever owns it, and stays there for the next time. A fetch that fails leaves
 * the former state untouched and usable; a clone that is damaged, locked by a dead process or of another repository is made anew by itself.
 */
import type { RegistryCredentials } from './registry.ts';

export type SyncSource =
  /** Absolute path. Used where it is; links in it are followed. */
  | { readonly type: 'directory'; readonly path: string }
  | GitSource
  | {
      readonly type: 'oci';
      /** Registry reference with a tag or a digest; `semver` chooses among the repository's tags instead. */
      readonly reference: string;
      readonly semver?: string;
      readonly insecure: boolean;
      readonly credentials?: RegistryCredentials;
    };

export interface GitSource {
  readonly type: 'git';
  readonly url: string;
  readonly ref: GitRef;
  readonly submodules: boolean;
  readonly credentials?: GitSourceCredentials;
  /** Nothing but commits (or the tag that `ref` names) signed by one of these is given out. */
  readonly verify?: CommitVerification;
}

export type GitRef =
  | { readonly type: 'default' }
  | { readonly type: 'branch' | 'tag' | 'commit'; readonly name: string }
  /** The highest tag in this range of versions, `>=1.2.0 <2`, `~1.4`, `1.x`. */
  | { readonly type: 'semver'; readonly range: string };

export type GitSourceCredentials =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'ssh'; readonly privateKey: string; readonly knownHosts?: string };

export interface CommitVerification {
  /** What has to be signed. */
  readonly what: 'commit' | 'tag';
  /** Armoured or binary OpenPGP public keys. */
  readonly gpgKeys: readonly Uint8Array[];
  /** Lines of an `allowed_signers` file, or bare public keys. */
  readonly sshKeys: readonly string[];
}

export interface FetchedSource {
  /** Absolute path of the directory. It does not change until the next fetch for this id. */
  readonly path: string;
  /** `main@sha1:…`, `v1.2.3@sha1:…`, `1.2@sha256:…`; undefined for a directory, whose revision is the digest of its files. */
  readonly revision?: string;
  /** Of git: the full commit id, for commit statuses. */
  readonly commit?: string;
  /** Who signed, as the signature says, when `verify` was asked for. */
  readonly signer?: string;
}

export interface SyncSources {
  /**
   * Brings the newest state here. `id`: uid of the owner; one fetch an id at a time. Rejects: NotFound (reasons SourceNotFound, RefNotFound),
   * Unauthorized, Unavailable (SourceUnreachable), Corrupt (also SignatureInvalid, DigestMismatch), InvalidArgument (also SourceTooLarge), Unsupported (GitNotFound;
   * gpg or ssh-keygen is missing; no layer is a tar), ResourceExhausted, Cancelled. What was given out stays for one more fetch that brings something newer.
   */
  fetch(id: string, source: SyncSource, signal?: AbortSignal): Promise<FetchedSource>;
  /** What `fetch` would give out as revision now, asked without fetching; undefined for a directory. Rejects as fetch does. */
  revision(source: SyncSource, signal?: AbortSignal): Promise<string | undefined>;
  /**
   * Calls back some milliseconds after the last of a burst when a directory, or the refs of a repository on this machine, may have changed; also when
   * it vanishes and when it comes back. Never calls back for a source that nobody here can watch. It may call back once when watching has begun.
   */
  watch(source: SyncSource, onChange: () => void): Disposable;
  /** Takes away whatever was brought here for this owner. Idempotent. */
  remove(id: string): Promise<void>;
  /** Owners for which something was brought here. */
  list(): Promise<readonly string[]>;
}
