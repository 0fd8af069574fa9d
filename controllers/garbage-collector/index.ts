/**
 * The garbage collector: deletes what no owner wants any more, over all kinds (facts: Kubernetes' owner references).
 *
 * - Background: the owner goes at once, its dependents follow when their last owner has gone.
 * - Foreground: the owner stays, with the finalizer `foregroundDeletion`, until the dependents that block it are gone.
 * - Orphan: the finalizer `orphan` holds the owner until no dependent names it any more.
 *
 * An owner counts as gone only when the server says so for that very uid, and never when its kind is unknown. Events
 * have no dependents and end by themselves; they are left out.
 */
import { isReason } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { AllKinds } from '../engine/all-kinds.ts';
import type { Informer } from '../engine/informer.ts';
import { itemKey, itemKeyOf, parseItemKey } from '../engine/item-key.ts';
import type { ObjectChange } from '../engine/object-view.ts';
import { WorkQueue } from '../engine/queue.ts';
import type { Runnable, RunnableContext } from '../engine/runnable.ts';
import type { ServedKind, ServedKinds } from '../engine/served-kinds.ts';
import { collect } from './collect.ts';
import { OwnerGraph } from './graph.ts';
import {
  HELD,
  OWNED,
  OWNERSHIP_INDEX,
  ownersOf,
  ownershipValues,
  waitsForDependents,
  waitsForOrphaning,
} from './ownership.ts';

const CONCURRENCY = 8;

export interface GarbageCollectorOptions {
  readonly kinds: ServedKinds;
}

/** Runs under the manager as user `system:controller:garbage-collector`. */
export function createGarbageCollector({ kinds }: GarbageCollectorOptions): Runnable {
  const name = 'garbage-collector';
  return { name, start: (context) => new GarbageCollector(kinds, context) };
}

class GarbageCollector implements AsyncDisposable {
  readonly #context: RunnableContext;
  readonly #queue: WorkQueue;
  readonly #kinds: AllKinds;
  readonly #graph: OwnerGraph;
  readonly #stop = new AbortController();

  constructor(kinds: ServedKinds, context: RunnableContext) {
    this.#context = context;
    this.#queue = new WorkQueue({ ...context, concurrency: CONCURRENCY, handle: (key) => this.#handle(key) });
    this.#kinds = new AllKinds({
      kinds,
      informers: context.informers,
      log: context.log,
      skip: (kind) => kind.kind === 'Event',
      opened: (kind, informer, signal) => this.#opened(kind, informer, signal),
      changed: (change) => this.#changed(change),
    });
    this.#graph = new OwnerGraph(this.#kinds, context.client);
    this.#queue.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kinds[Symbol.dispose]();
    this.#stop.abort();
    await this.#queue.stop();
  }

  /** What names an owner of this kind could not be judged before, so all kinds are looked at. */
  async #opened(kind: ServedKind, informer: Informer, signal: AbortSignal): Promise<void> {
    await informer.addIndex(OWNERSHIP_INDEX, ownershipValues, signal);
    for (const key of informer.keysOf(OWNERSHIP_INDEX, HELD)) this.#queue.add(itemKey(kind, key));
    for (const open of [{ kind, informer }, ...this.#kinds.all().filter(({ ready }) => ready)]) {
      for (const key of open.informer.keysOf(OWNERSHIP_INDEX, OWNED)) this.#queue.add(itemKey(open.kind, key));
    }
  }

  #changed(change: ObjectChange): void {
    const { type, object } = change;
    if (type === 'DELETED') {
      this.#graph.sawDeleted(object);
      for (const dependent of this.#graph.dependentsOf(object)) this.#enqueue(dependent);
      this.#enqueueWaitingOwners(object);
      return;
    }
    if (ownersOf(object).length > 0 || waitsForDependents(object) || waitsForOrphaning(object)) {
      this.#enqueue(object);
      this.#enqueueWaitingOwners(object);
    }
    // decoded only where somebody waits: an owner that is not named any more has nobody else to tell it
    if (this.#someOwnerWaits() && change.previous !== undefined) this.#enqueueWaitingOwners(change.previous);
  }

  #someOwnerWaits(): boolean {
    return this.#kinds.all().some(({ ready, informer }) => ready && informer.keysOf(OWNERSHIP_INDEX, HELD).length > 0);
  }

  /** An owner in the foreground may go now that this dependent went, blocks it no longer, or does not name it any more. */
  #enqueueWaitingOwners(dependent: KubeObject): void {
    for (const reference of ownersOf(dependent)) {
      const owner = this.#graph.ownerInCache(dependent, reference);
      if (owner && waitsForDependents(owner)) this.#enqueue(owner);
    }
  }

  #enqueue(object: KubeObject): void {
    this.#queue.add(itemKeyOf(object));
  }

  async #handle(key: string): Promise<void> {
    const { client, log } = this.#context;
    const object = this.#graph.get(parseItemKey(key));
    if (!object) {
      this.#queue.forget(key);
      return;
    }
    try {
      const { signal } = this.#stop;
      await collect(object, { graph: this.#graph, client, signal, enqueue: (other) => this.#enqueue(other) });
      this.#queue.forget(key);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const { kind, metadata } = object;
      const fields = { kind, namespace: metadata.namespace, name: metadata.name, error };
      if (isReason(error, 'Conflict')) log.debug(fields, 'an object changed while it was collected; trying again');
      else log.warn(fields, 'an object could not be collected; trying again');
      this.#queue.retry(key);
    }
  }
}
