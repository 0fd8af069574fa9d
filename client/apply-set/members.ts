/** How an object stops being a member of an ApplySet. */
import type { KubeObject, ObjectRef } from '../../schemas/object.ts';
import { PART_OF_LABEL, partOf } from '../../schemas/values/apply-set/marks.ts';
import { isReason, type Client } from '../client.ts';

/** A member that changed between the decision and the call is looked at again; so often, and then it is the caller's turn. */
const TRIES = 5;

export interface MemberCallOptions {
  readonly signal?: AbortSignal;
  readonly dryRun?: boolean;
}

const refOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name,
});

/**
 * Deletes just this member of the set: what became another object, or a member of another set, is left alone. Resolves with the object while something holds it,
 * with undefined when it is gone or is nobody's business any more. Rejects with ApiError.
 */
export async function deleteMember(
  client: Client,
  object: KubeObject,
  set: string,
  options: MemberCallOptions,
): Promise<KubeObject | undefined> {
  const { uid } = object.metadata;
  let { resourceVersion } = object.metadata;
  for (let tries = 1; ; tries += 1) {
    try {
      const preconditions = { uid, resourceVersion };
      const answer = await client.delete(refOf(object), {
        ...options,
        preconditions,
        propagationPolicy: 'Background',
      });
      return answer.kind === 'Status' ? undefined : (answer as KubeObject);
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      if (!isReason(error, 'Conflict') || tries === TRIES) throw error;
      const now = await find(client, object, options);
      if (now === undefined || now.metadata.uid !== uid || partOf(now) !== set) return undefined;
      ({ resourceVersion } = now.metadata);
    }
  }
}

async function find(
  client: Client,
  object: KubeObject,
  { signal }: MemberCallOptions,
): Promise<KubeObject | undefined> {
  try {
    return await client.get<KubeObject>(refOf(object), signal === undefined ? {} : { signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** It stays as it is, and is nobody's member. Another object of its name is left alone. */
export async function releaseMember(client: Client, object: KubeObject, options: MemberCallOptions): Promise<void> {
  const { uid } = object.metadata;
  try {
    const patch = { metadata: { uid, labels: { [PART_OF_LABEL]: null } } };
    await client.patch(refOf(object), patch, { ...options, type: 'merge' });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}
