import { isReason, type Client } from '../../client/client.ts';
import type { KubeObject, OwnerReference } from '../../schemas/object.ts';
import type { AllKinds, OpenKind } from '../engine/all-kinds.ts';
import type { Item } from '../engine/item-key.ts';
import { objectKey } from '../engine/keys.ts';
import { Recent } from '../engine/recent.ts';
import { OWNERSHIP_INDEX, waitsForDependents } from './ownership.ts';

/** Uids never come back, so a few of those that are gone spare a question to the server for each of their dependents. */
const REMEMBERED_GONE = 4096;

/**
 * How an owner stands:
 * solid       it is there, and stays or goes without caring for dependents
 * waiting     it is being deleted in the foreground
 * gone        it is not there, or its name is another object's by now
 * unknown     nobody can tell: the server does not have the kind, or the reference cannot point anywhere
 */
export type OwnerState = 'solid' | 'waiting' | 'gone' | 'unknown';

/** Who owns whom, over all kinds: not a copy, but the informers' ownership indexes. */
export class OwnerGraph {
  readonly #kinds: AllKinds;
  readonly #client: Client;
  readonly #gone = new Recent<string, true>(REMEMBERED_GONE);

  constructor(kinds: AllKinds, client: Client) {
    this.#kinds = kinds;
    this.#client = client;
  }

  /** Whether all kinds can be seen; before that a dependent may be missing. */
  get complete(): boolean {
    return this.#kinds.ready;
  }

  /** An object has been deleted. */
  sawDeleted(object: KubeObject): void {
    this.#gone.use(object.metadata.uid, () => true);
  }

  get(item: Item): KubeObject | undefined {
    return this.#kinds.find(item.kind)?.informer.get(item.key);
  }

  /** All objects that rightly name this one as owner: a namespaced owner has dependents in its own namespace only. */
  dependentsOf(owner: KubeObject): readonly KubeObject[] {
    const { uid, namespace } = owner.metadata;
    const query = { index: { name: OWNERSHIP_INDEX, value: uid }, ...(namespace === undefined ? {} : { namespace }) };
    return this.#kinds
      .all()
      .filter(({ ready }) => ready)
      .flatMap(({ informer }) => informer.list(query));
  }

  /** The owner as the cache has it, where the reference leads to one. */
  ownerInCache(dependent: KubeObject, reference: OwnerReference): KubeObject | undefined {
    const place = this.#placeOf(dependent, reference);
    const owner = place?.open.informer.get(objectKey(place.namespace, reference.name));
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  /** What the cache does not know is asked of the server: a lagging cache must never cost an object its life. */
  async stateOf(dependent: KubeObject, reference: OwnerReference, signal: AbortSignal): Promise<OwnerState> {
    const place = this.#placeOf(dependent, reference);
    if (!place) return 'unknown';
    if (this.#gone.has(reference.uid)) return 'gone';
    const owner = this.ownerInCache(dependent, reference) ?? (await this.#live(place, reference, signal));
    if (!owner) {
      this.#gone.use(reference.uid, () => true);
      return 'gone';
    }
    return waitsForDependents(owner) ? 'waiting' : 'solid';
  }

  async #live(place: Place, { name, uid }: OwnerReference, signal: AbortSignal): Promise<KubeObject | undefined> {
    const { apiVersion, kind } = place.open.kind;
    const where = place.namespace === undefined ? {} : { namespace: place.namespace };
    try {
      const owner = await this.#client.get<KubeObject>({ apiVersion, kind, ...where, name }, { signal });
      return owner.metadata.uid === uid ? owner : undefined;
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** An object without a namespace cannot be owned by one that has one: nobody could tell in which. */
  #placeOf(dependent: KubeObject, reference: OwnerReference): Place | undefined {
    const open = this.#kinds.find(reference);
    if (!open) return undefined;
    if (!open.kind.namespaced) return { open, namespace: undefined };
    const { namespace } = dependent.metadata;
    return namespace === undefined ? undefined : { open, namespace };
  }
}

interface Place {
  readonly open: OpenKind;
  readonly namespace: string | undefined;
}
