import type { SyncSource, SyncSources } from '../../runtime/ports/sync-sources.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';
import type { Key } from '../engine/contract.ts';
import { Waker } from '../engine/waker.ts';

interface Watch extends Disposable {
  /** What is watched. */
  readonly of: string;
}

/** Watches of sources, for as long as a Sync says so. */
export class SourceWatches {
  readonly #watches = new Map<Key, Watch>();
  readonly #sources: SyncSources;
  readonly #onChange: (key: Key) => void;

  /** `onChange` is told before the Sync is woken. */
  constructor(sources: SyncSources, onChange: (key: Key) => void) {
    this.#sources = sources;
    this.#onChange = onChange;
  }

  readonly source = new Waker(() => {
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  });

  /** Just this is watched for the Sync from now on. */
  keep(key: Key, wanted: SyncSource | undefined): void {
    const of = wanted === undefined ? undefined : placeOf(wanted);
    const held = this.#watches.get(key);
    if (held?.of === of) return;
    held?.[Symbol.dispose]();
    this.#watches.delete(key);
    if (wanted === undefined || of === undefined) return;
    const watch = this.#sources.watch(wanted, () => {
      this.#onChange(key);
      this.source.wake(key);
    });
    this.#watches.set(key, { of, [Symbol.dispose]: () => watch[Symbol.dispose]() });
  }
}

/** Other credentials are no other place. */
function placeOf(source: SyncSource): string {
  switch (source.type) {
    case 'directory':
      return canonicalJson([source.type, source.path]);
    case 'git':
      return canonicalJson([source.type, source.url, source.ref]);
    case 'oci':
      return canonicalJson([source.type, source.reference, source.semver]);
  }
}
