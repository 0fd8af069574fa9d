import { isReason } from '../../client/client.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject, ObjectInput } from '../../schemas/object.ts';
import { refOf } from '../engine/keys.ts';
import { PART_OF_LABEL, partOf, idOf, shownObject, type ObjectId } from './names.ts';
import { otherSyncs } from './others.ts';
import { inParallel } from './parallel.ts';
import { planPrune, pruneStages, type Blocked, type PrunePlan } from './prune-plan.ts';
import type { Visit } from './visit.ts';
import { someOf } from './words.ts';

export interface Pruned {
  readonly deleted: number;
  /** What is on its way out, for people. */
  readonly ending: readonly string[];
  /** Other Syncs have not told yet whether they want something of it. */
  readonly isOpen: boolean;
  /** Others want something of it, or may. */
  readonly isEntangled: boolean;
  readonly blocked?: Blocked;
}

const NOTHING: Pruned = { deleted: 0, ending: [], isOpen: false, isEntangled: false };

/** Lets go of what is not wanted any more, and of nothing that anybody else wants. */
export async function pruneMembers(
  visit: Visit,
  wanted: readonly ObjectInput[],
  hasBrake: boolean,
  ids: ReadonlySet<ObjectId>,
): Promise<Pruned> {
  const { sync, deps, set, context } = visit;
  if (deps.members.refs(set).every((member) => ids.has(idOf(member)))) return NOTHING;
  const members = deps.members.of(set);
  const others = await otherSyncs(visit);
  if (others.some(({ objects }) => objects === undefined)) return { ...NOTHING, isOpen: true, isEntangled: true };
  const elsewhere = others.flatMap(({ objects = [] }) => objects);
  const plan = planPrune({ sync, members, wanted, elsewhere, approved: visit.approved, hasBrake });
  await inParallel(plan.released, (object) => release(object, visit));
  const { gone, ending } = await deleteStaged(plan, visit);
  if (gone.length > 0) context.event('Normal', REASONS.ObjectsPruned, `deleted ${someOf(gone.map(shownObject), 10)}`);
  return {
    deleted: gone.length,
    ending: ending.map(shownObject),
    isOpen: false,
    isEntangled: plan.left.length > 0,
    ...(plan.blocked === undefined ? {} : { blocked: plan.blocked }),
  };
}

/** What others need goes when those are gone, perhaps in a later pass. */
async function deleteStaged(
  { deleted, ending }: PrunePlan,
  visit: Visit,
): Promise<{ readonly gone: readonly KubeObject[]; readonly ending: readonly KubeObject[] }> {
  const gone: KubeObject[] = [];
  const going = new Set(ending);
  for (const stage of pruneStages([...deleted, ...ending])) {
    const left: KubeObject[] = [];
    await inParallel(stage, async (object) => {
      if (going.has(object) || !(await deleteObject(object, visit))) left.push(object);
      if (!going.has(object)) gone.push(object);
    });
    if (left.length > 0) return { gone, ending: left };
  }
  return { gone, ending: [] };
}

/** A member that changed between the decision and the call is looked at again; so often, and then in another pass. */
const TRIES = 5;

/** Whether it is gone at once. What became another object, or somebody else's, is left alone. */
async function deleteObject(object: KubeObject, { context, set }: Visit): Promise<boolean> {
  const { client, signal } = context;
  const { uid } = object.metadata;
  let { resourceVersion } = object.metadata;
  for (let tries = 1; ; tries += 1) {
    try {
      const preconditions = { uid, resourceVersion };
      const answer = await client.delete(refOf(object), { preconditions, propagationPolicy: 'Background', signal });
      return answer.kind === 'Status';
    } catch (error) {
      if (isReason(error, 'NotFound')) return true;
      if (!isReason(error, 'Conflict') || tries === TRIES) throw error;
      const now = await find(object, context);
      if (now === undefined || now.metadata.uid !== uid || partOf(now) !== set) return true;
      ({ resourceVersion } = now.metadata);
    }
  }
}

async function find(object: KubeObject, { client, signal }: Visit['context']): Promise<KubeObject | undefined> {
  try {
    return await client.get<KubeObject>(refOf(object), { signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** It stays as it is, and is nobody's member. */
export async function release(object: KubeObject, { context }: Visit): Promise<void> {
  const { client, signal } = context;
  const { uid } = object.metadata;
  try {
    const patch = { metadata: { uid, labels: { [PART_OF_LABEL]: null } } };
    await client.patch(refOf(object), patch, { type: 'merge', signal });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}
