/**
 * The SyncRevisions port: the objects of former revisions of each Sync, kept whole, so that going back to one needs neither the repository nor old files.
 *
 * They hold Secrets, and are for nobody else's eyes. Of each owner the newest five are kept.
 */
export interface SyncRevision {
  /** As people know it: `main@sha1:…`. */
  readonly revision: string;
  /** sha256:…, by which it is found again. */
  readonly digest: string;
  /** JSON texts, one an object, in their order. */
  readonly objects: readonly string[];
}

export interface SyncRevisions {
  /** Durable when it resolves; one with the same digest is replaced. `id`: uid of the owner. Rejects with ResourceExhausted on a full disk. */
  save(id: string, revision: SyncRevision): Promise<void>;
  /** Undefined when it is not there, or cannot be read any more. */
  load(id: string, digest: string): Promise<SyncRevision | undefined>;
  /** Digests of those that are kept, newest first. */
  list(id: string): Promise<readonly string[]>;
  /** Removes all of this owner. Idempotent. */
  remove(id: string): Promise<void>;
}
