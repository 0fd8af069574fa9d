import { isReason, type Client } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { refOf } from './keys.ts';

/** Conflicts in a row before giving up; the pass is then tried again. */
const MAX_CONFLICTS = 5;

const finalizersOf = (object: KubeObject): readonly string[] => object.metadata.finalizers ?? [];

export const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  finalizersOf(object).includes(finalizer);

/**
 * Puts the finalizer on. Normally the API server did so at creation and this is not called; against another API server
 * it is the first write of an object's first pass. Rejects with Conflict when the object changed in between.
 */
export function addFinalizer(
  client: Client,
  object: KubeObject,
  finalizer: string,
  signal: AbortSignal,
): Promise<KubeObject> {
  return writeFinalizers(client, object, [...finalizersOf(object), finalizer], signal);
}

/**
 * Takes the finalizer off. Resolves when it is off with what others still hold; with undefined when the object is gone, or its
 * name is another object's by now.
 */
export async function removeFinalizer(
  client: Client,
  object: KubeObject,
  finalizer: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  let current = object;
  for (let conflicts = 0; hasFinalizer(current, finalizer); conflicts += 1) {
    try {
      const others = finalizersOf(current).filter((name) => name !== finalizer);
      const written = await writeFinalizers(client, current, others, signal);
      return others.length > 0 ? written : undefined;
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      if (!isReason(error, 'Conflict') || conflicts >= MAX_CONFLICTS) throw error;
    }
    const live = await readAgain(client, object, signal);
    if (!live) return undefined;
    current = live;
  }
  return current;
}

/** The same object as it is now; undefined when it is gone, also when another has its name. */
async function readAgain(client: Client, object: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    const live = await client.get<KubeObject>(refOf(object), { signal });
    return live.metadata.uid === object.metadata.uid ? live : undefined;
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** A merge patch replaces the whole list, so the version it was read at goes along; the uid keeps off a namesake. */
function writeFinalizers(
  client: Client,
  object: KubeObject,
  finalizers: readonly string[],
  signal: AbortSignal,
): Promise<KubeObject> {
  const { uid, resourceVersion } = object.metadata;
  return client.patch(refOf(object), { metadata: { uid, resourceVersion, finalizers } }, { type: 'merge', signal });
}
