import type { SyncRevision, SyncRevisions } from '../ports/sync-revisions.ts';

const KEPT = 5;

/** Revisions in memory. */
export class FakeSyncRevisions implements SyncRevisions {
  readonly #kept = new Map<string, SyncRevision[]>();

  /** Owners that have some. */
  get owners(): readonly string[] {
    return [...this.#kept.keys()];
  }

  async save(id: string, revision: SyncRevision): Promise<void> {
    const others = (this.#kept.get(id) ?? []).filter(({ digest }) => digest !== revision.digest);
    this.#kept.set(id, [revision, ...others].slice(0, KEPT));
  }

  async load(id: string, digest: string): Promise<SyncRevision | undefined> {
    return this.#kept.get(id)?.find((one) => one.digest === digest);
  }

  async list(id: string): Promise<readonly string[]> {
    return (this.#kept.get(id) ?? []).map(({ digest }) => digest);
  }

  async remove(id: string): Promise<void> {
    this.#kept.delete(id);
  }
}
