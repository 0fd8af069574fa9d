import type { ExecutionContext } from 'ava';
import { StoreError } from '../../../api/store/store.ts';
import type { Revision, Store, StoreChange, StoreErrorCode, StoreObserver } from '../../../api/store/store.ts';

/** Opens an empty store of its own for one test. */
export type StoreFactory = (t: ExecutionContext) => Promise<Store>;

/** A behaviour that every store shows. */
export type StoreTest = (t: ExecutionContext, store: Store) => Promise<void>;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);

/** The promise rejects with a StoreError of that code; returns the error. */
export async function rejects(
  t: ExecutionContext,
  promise: Promise<unknown>,
  code: StoreErrorCode,
): Promise<StoreError> {
  const error = await t.throwsAsync(promise, { instanceOf: StoreError });
  t.is(error.code, code, error.message);
  return error;
}

/** Writes in whatever state the key is; returns the revision. */
export async function put(store: Store, key: string, value: string): Promise<Revision> {
  const head = await store.get(key);
  return head ? store.update(key, bytes(value), head.modRevision) : store.create(key, bytes(value));
}

/** Notes all that an observer is told, as `7 put /a=1`, `8 delete /a`. */
export class Recorder implements StoreObserver {
  readonly lines: string[] = [];
  readonly revisions: Revision[] = [];
  readonly received: StoreChange[] = [];
  ended: StoreError | undefined;
  #seen: Revision = 0;
  readonly #waiting = new Set<() => void>();

  changes(revision: Revision, changes: readonly StoreChange[]): void {
    for (const change of changes) {
      this.received.push(change);
      this.revisions.push(revision);
      this.lines.push(`${revision} ${describe(change)}`);
    }
    this.#reach(revision);
  }

  progress(revision: Revision): void {
    this.#reach(revision);
  }

  end(error: StoreError): void {
    this.ended = error;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when everything up to the revision was delivered, or the watch has ended. */
  async until(revision: Revision): Promise<void> {
    // The store's own timers do not keep a process alive; the one who waits does.
    const alive = setInterval(() => {}, 60_000);
    while (this.#seen < revision && !this.ended)
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    clearInterval(alive);
  }

  async untilEnd(): Promise<StoreError> {
    await this.until(Infinity);
    return this.ended!;
  }

  #reach(revision: Revision): void {
    this.#seen = revision;
    for (const wake of this.#waiting) wake();
  }
}

function describe(change: StoreChange): string {
  return change.type === 'put' ? `put ${change.entry.key}=${text(change.entry.value)}` : `delete ${change.key}`;
}
