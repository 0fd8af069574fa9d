import type { KubeObject, ObjectRef } from '../../schemas/object.ts';
import type { Client } from '../client.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../watch/object-source.ts';

/** Follows one object until it satisfies; undefined when the signal aborts first. */
export async function untilObject<T extends KubeObject>(
  client: Client,
  { apiVersion, kind, namespace, name }: ObjectRef,
  satisfies: (object: T) => boolean,
  signal: AbortSignal,
): Promise<T | undefined> {
  const filter = { fieldSelector: `metadata.name=${name}`, ...(namespace === undefined ? {} : { namespace }) };
  try {
    for await (const change of follow(objectSource(client, { apiVersion, kind }, filter), {}, signal)) {
      if (change.type === 'SYNCED' || change.type === 'DELETED') continue;
      if (satisfies(change.item as T)) return change.item as T;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return undefined;
}
