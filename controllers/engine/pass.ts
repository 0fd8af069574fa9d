import type { KubeObject } from '../../schemas/object.ts';
import { compareVersions } from './keys.ts';
import type { ObjectChange } from './object-view.ts';

/**
 * One pass over one object, as the cache sees it from outside: which changes of the object came while it ran, and which of them
 * were the engine's own writes. Those need no other pass; any other one does.
 */
export class Pass {
  readonly #controller = new AbortController();
  readonly #uid: string;
  readonly #startedAt: string;
  readonly #deleting: boolean;
  readonly #seen = new Set<string>();
  readonly #ours = new Set<string>();
  #dirty = false;

  constructor(object: KubeObject) {
    this.#uid = object.metadata.uid;
    this.#startedAt = object.metadata.resourceVersion;
    this.#deleting = object.metadata.deletionTimestamp !== undefined;
  }

  /** Aborts with the pass: the engine stops, or the object is being deleted meanwhile. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller.abort();
  }

  /** The cache shows a change of the object. */
  saw({ type, object }: ObjectChange): void {
    const { uid, resourceVersion, deletionTimestamp } = object.metadata;
    const gone = type === 'DELETED' || uid !== this.#uid;
    if (gone) this.#dirty = true;
    else if (compareVersions(resourceVersion, this.#startedAt) > 0) this.#seen.add(resourceVersion);
    if (gone || (deletionTimestamp !== undefined && !this.#deleting)) this.abort();
  }

  /** The engine wrote the object. Not `exact`: somebody else's change is in between, and that one needs a pass. */
  wrote(object: KubeObject, exact: boolean): void {
    if (exact) this.#ours.add(object.metadata.resourceVersion);
    else this.#dirty = true;
  }

  /** Whether the object changed by other hands since the pass began. */
  get changedMeanwhile(): boolean {
    return this.#dirty || this.#seen.difference(this.#ours).size > 0;
  }
}
