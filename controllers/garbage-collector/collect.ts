import { isReason, type Client } from '../../client/client.ts';
import type { KubeObject, OwnerReference } from '../../schemas/object.ts';
import { removeFinalizer } from '../engine/finalizer.ts';
import { refOf } from '../engine/keys.ts';
import type { OwnerGraph, OwnerState } from './graph.ts';
import {
  blocks,
  FOREGROUND_FINALIZER,
  isDeleting,
  ORPHAN_FINALIZER,
  ownersOf,
  policyOf,
  waitsForDependents,
  waitsForOrphaning,
} from './ownership.ts';

export interface CollectOptions {
  readonly graph: OwnerGraph;
  readonly client: Client;
  readonly signal: AbortSignal;
  /** Looks at another object soon. */
  readonly enqueue: (object: KubeObject) => void;
}

/**
 * Does for one object what its owners, and its own deletion, ask for. Makes no call when that is nothing. Rejects when it
 * must be tried again.
 */
export async function collect(object: KubeObject, options: CollectOptions): Promise<void> {
  if (waitsForOrphaning(object)) return orphanDependents(object, options);
  if (waitsForDependents(object)) return awaitDependents(object, options);
  if (!isDeleting(object) && ownersOf(object).length > 0) return followOwners(object, options);
}

/** The dependents stay and forget the owner; then it may go. */
async function orphanDependents(owner: KubeObject, { graph, client, signal }: CollectOptions): Promise<void> {
  assertComplete(graph);
  const { uid } = owner.metadata;
  await Promise.all(
    graph.dependentsOf(owner).map((dependent) =>
      writeOwners(
        client,
        dependent,
        ownersOf(dependent).filter((reference) => reference.uid !== uid),
        signal,
      ),
    ),
  );
  await removeFinalizer(client, owner, ORPHAN_FINALIZER, signal);
}

/** The owner goes once no dependent blocks it; each dependent's own pass deletes it. */
async function awaitDependents(owner: KubeObject, { graph, client, signal, enqueue }: CollectOptions): Promise<void> {
  assertComplete(graph);
  const dependents = graph.dependentsOf(owner);
  for (const dependent of dependents) if (!isDeleting(dependent)) enqueue(dependent);
  if (dependents.some((dependent) => blocks(dependent, owner))) return;
  await removeFinalizer(client, owner, FOREGROUND_FINALIZER, signal);
}

/** A dependent goes when the last owner has gone; as long as one is there it only forgets the others. */
async function followOwners(object: KubeObject, options: CollectOptions): Promise<void> {
  const { graph, client, signal } = options;
  const references = ownersOf(object);
  const states: readonly OwnerState[] = await Promise.all(
    references.map((reference) => graph.stateOf(object, reference, signal)),
  );
  if (states.includes('unknown')) return;
  const solid = references.filter((_reference, at) => states[at] === 'solid');
  if (solid.length === references.length) return;
  if (solid.length > 0) return writeOwners(client, object, solid, signal);
  await endWithOwners(object, states.includes('waiting'), options);
}

/** No owner is left, or the last ones wait for this dependent (`waitedFor`), and so it in turn for its own. */
async function endWithOwners(object: KubeObject, waitedFor: boolean, options: CollectOptions): Promise<void> {
  const { graph, client, signal, enqueue } = options;
  const dependents = waitedFor ? graph.dependentsOf(object) : [];
  if (dependents.some(waitsForDependents)) {
    await writeOwners(client, object, ownersOf(object).map(unblocking), signal);
    for (const dependent of dependents) enqueue(dependent);
    return;
  }
  const { uid, resourceVersion } = object.metadata;
  const propagationPolicy = dependents.length > 0 ? 'Foreground' : policyOf(object);
  try {
    await client.delete(refOf(object), { propagationPolicy, preconditions: { uid, resourceVersion }, signal });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

/** A ring of owners that wait for each other in the foreground is opened here. */
const unblocking = (reference: OwnerReference): OwnerReference => ({ ...reference, blockOwnerDeletion: false });

/** Replaces the whole list, so only when nobody else has changed the object. */
async function writeOwners(
  client: Client,
  object: KubeObject,
  ownerReferences: readonly OwnerReference[],
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  try {
    const patch = { metadata: { uid, resourceVersion, ownerReferences } };
    await client.patch(refOf(object), patch, { type: 'merge', signal });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

function assertComplete(graph: OwnerGraph): void {
  if (!graph.complete) throw new Error('not all kinds are listed yet, so dependents may be missing');
}
