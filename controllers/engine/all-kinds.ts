import type { KindRef } from '../../schemas/object.ts';
import type { Log } from './environment.ts';
import type { Informer } from './informer.ts';
import type { Informers, InformerLease } from './informers.ts';
import { groupOf, kindKey } from './keys.ts';
import type { ObjectChange } from './object-view.ts';
import type { ServedKind, ServedKinds } from './served-kinds.ts';

export interface AllKindsOptions {
  readonly kinds: ServedKinds;
  readonly informers: Informers;
  readonly log: Log;
  /** Kinds to leave out. */
  readonly skip?: (kind: ServedKind) => boolean;
  /** A kind's cache is filled: add indexes, look at what is there. `changed` may be called meanwhile. */
  readonly opened?: (kind: ServedKind, informer: Informer, signal: AbortSignal) => Promise<void>;
  readonly changed: (change: ObjectChange, kind: ServedKind) => void;
}

/** One kind that is followed. */
export interface OpenKind {
  readonly kind: ServedKind;
  readonly informer: Informer;
  /** Its cache is filled and `opened` is done. */
  readonly ready: boolean;
}

interface Entry {
  readonly kind: ServedKind;
  readonly lease: InformerLease;
  readonly held: DisposableStack;
  readonly stop: AbortController;
  ready: boolean;
}

/** Follows every kind that the server has, also those that come and go at run time. */
export class AllKinds implements Disposable {
  readonly #options: AllKindsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #subscription: Disposable;

  constructor(options: AllKindsOptions) {
    this.#options = options;
    this.#subscription = options.kinds.subscribe(() => this.#refresh());
    this.#refresh();
  }

  /** Whether nothing is hidden from us: every kind's cache is filled. */
  get ready(): boolean {
    return [...this.#entries.values()].every((entry) => entry.ready);
  }

  all(): readonly OpenKind[] {
    return [...this.#entries.values()].map(openKind);
  }

  /** The kind itself, or the same kind in the version that is followed. */
  find(kind: KindRef): OpenKind | undefined {
    const exact = this.#entries.get(kindKey(kind));
    if (exact) return openKind(exact);
    const group = groupOf(kind.apiVersion);
    for (const entry of this.#entries.values()) {
      if (entry.kind.kind === kind.kind && groupOf(entry.kind.apiVersion) === group) return openKind(entry);
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    for (const entry of this.#entries.values()) close(entry);
    this.#entries.clear();
  }

  #refresh(): void {
    const { kinds, skip = () => false } = this.#options;
    const wanted = new Map(
      kinds
        .current()
        .filter((kind) => !skip(kind))
        .map((kind) => [kindKey(kind), kind]),
    );
    for (const [key, entry] of this.#entries) {
      if (wanted.has(key)) continue;
      close(entry);
      this.#entries.delete(key);
    }
    for (const [key, kind] of wanted) if (!this.#entries.has(key)) this.#open(key, kind);
  }

  #open(key: string, kind: ServedKind): void {
    const lease = this.#options.informers.open(kind);
    const held = new DisposableStack();
    held.use(lease);
    const entry: Entry = { kind, lease, held, stop: new AbortController(), ready: false };
    this.#entries.set(key, entry);
    void this.#begin(entry);
  }

  async #begin(entry: Entry): Promise<void> {
    const { opened, changed, log } = this.#options;
    const { kind, lease, held, stop } = entry;
    await lease.synced;
    if (stop.signal.aborted) return;
    held.use(lease.informer.subscribe((change) => changed(change, kind)));
    try {
      await opened?.(kind, lease.informer, stop.signal);
    } catch (error) {
      log.error({ kind: kind.kind, error }, 'a kind could not be followed');
    }
    entry.ready = !stop.signal.aborted;
  }
}

const openKind = ({ kind, lease, ready }: Entry): OpenKind => ({ kind, informer: lease.informer, ready });

function close({ stop, held }: Entry): void {
  stop.abort();
  held.dispose();
}
