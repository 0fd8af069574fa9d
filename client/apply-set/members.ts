/** How an object stops being a member of an ApplySet. */
import type { KubeObject, ObjectRef } from '../../schemas/object.ts';
import { isPruneDisabled, PART_OF_LABEL, partOf } from '../../schemas/values/apply-set/marks.ts';
import { isReason, type Client } from '../client.ts';

/** A member that changed between the decision and the call is looked at again; so often, and then it is the caller's turn. */
const TRIES = 5;

export interface MemberCallOptions {
  readonly signal?: AbortSignal;
  readonly dryRun?: boolean;
}

/** It is not there any more. */
export interface Gone {
  readonly type: 'gone';
}

/** Something holds it yet. */
export interface Going {
  readonly type: 'going';
  readonly object: KubeObject;
}

/** It is not as it was when it was decided about, and nothing was done to it. */
export interface Left {
  readonly type: 'left';
  readonly why: string;
}

const GONE: Gone = { type: 'gone' };

const refOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name,
});

/**
 * Deletes just this member of the set: what became another object, a member of another set or somebody else's, or is to stay by now, is left alone. Rejects with
 * ApiError.
 */
export async function deleteMember(
  client: Client,
  object: KubeObject,
  set: string,
  options: MemberCallOptions,
): Promise<Gone | Going | Left> {
  const { uid } = object.metadata;
  const whyLeft = (now: KubeObject): string | undefined => whyNoMember(object, now, set) ?? whyKept(object, now);
  return await whileMember(client, object, { ...options, whyLeft }, async (resourceVersion) => {
    const preconditions = { uid, resourceVersion };
    const answer = await client.delete(refOf(object), { ...options, preconditions, propagationPolicy: 'Background' });
    return answer.kind === 'Status' ? GONE : { type: 'going', object: answer as KubeObject };
  });
}

/** It stays as it is, and is nobody's member. Another object of its name, and a member of another set, are left alone. Rejects with ApiError. */
export async function releaseMember(
  client: Client,
  object: KubeObject,
  set: string,
  options: MemberCallOptions,
): Promise<{ readonly type: 'released' } | Gone | Left> {
  const { uid } = object.metadata;
  const whyLeft = (now: KubeObject): string | undefined => whyNoMember(object, now, set);
  return await whileMember(client, object, { ...options, whyLeft }, async (resourceVersion) => {
    const patch = { metadata: { uid, resourceVersion, labels: { [PART_OF_LABEL]: null } } };
    await client.patch(refOf(object), patch, { ...options, type: 'merge' });
    return { type: 'released' };
  });
}

interface Looking extends MemberCallOptions {
  /** Of the object as it is now; undefined: the decision holds for that one, too. */
  readonly whyLeft: (now: KubeObject) => string | undefined;
}

/** Makes the call for the version that was decided about, and for a newer one as long as the decision holds. */
async function whileMember<T>(
  client: Client,
  object: KubeObject,
  { signal, whyLeft }: Looking,
  call: (resourceVersion: string) => Promise<T>,
): Promise<T | Gone | Left> {
  let { resourceVersion } = object.metadata;
  for (let tries = 1; ; tries += 1) {
    try {
      return await call(resourceVersion);
    } catch (error) {
      if (isReason(error, 'NotFound')) return GONE;
      if (!isReason(error, 'Conflict') || tries === TRIES) throw error;
      const now = await find(client, object, signal);
      if (now === undefined) return GONE;
      const why = whyLeft(now);
      if (why !== undefined) return { type: 'left', why };
      ({ resourceVersion } = now.metadata);
    }
  }
}

function whyNoMember(before: KubeObject, now: KubeObject, set: string): string | undefined {
  if (now.metadata.uid !== before.metadata.uid) return 'another object of its name is there by now';
  return partOf(now) === set ? undefined : 'it is no member of the set any more';
}

function whyKept(before: KubeObject, now: KubeObject): string | undefined {
  if (isPruneDisabled(now)) return 'somebody just said that it is to stay';
  const known = new Set(before.metadata.ownerReferences?.map(({ uid }) => uid));
  const owner = now.metadata.ownerReferences?.find(({ uid }) => !known.has(uid));
  return owner === undefined ? undefined : `it belongs to ${owner.kind} ${owner.name} by now`;
}

async function find(
  client: Client,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<KubeObject | undefined> {
  try {
    return await client.get<KubeObject>(refOf(object), signal === undefined ? {} : { signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
