import { deleteMember, releaseMember } from '../../client/apply-set/members.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject, ObjectInput } from '../../schemas/object.ts';
import { pruneStages } from '../../schemas/values/apply-set/order.ts';
import { idOf, shownObject, type ObjectId } from './names.ts';
import { otherSyncs } from './others.ts';
import { inParallel } from './parallel.ts';
import { planPrune, type Blocked, type PrunePlan } from './prune-plan.ts';
import type { Visit } from './visit.ts';
import { someOf } from './words.ts';

export interface Pruned {
  readonly deleted: number;
  /** What is on its way out, for people. */
  readonly ending: readonly string[];
  /** Other Syncs have not told yet whether they want something of it, or something is not any more what was decided about. */
  readonly isOpen: boolean;
  /** Others want something of it, or may. */
  readonly isEntangled: boolean;
  readonly blocked?: Blocked;
}

/** All members are wanted. */
export const NOTHING_PRUNED: Pruned = { deleted: 0, ending: [], isOpen: false, isEntangled: false };

/** Lets go of what is not wanted any more, and of nothing that anybody else wants. */
export async function pruneMembers(
  visit: Visit,
  wanted: readonly ObjectInput[],
  hasBrake: boolean,
  ids: ReadonlySet<ObjectId>,
): Promise<Pruned> {
  const { sync, deps, set, context } = visit;
  if (deps.members.refs(set).every((member) => ids.has(idOf(member)))) return NOTHING_PRUNED;
  const members = deps.members.of(set);
  const others = await otherSyncs(visit);
  if (others.some(({ objects }) => objects === undefined))
    return { ...NOTHING_PRUNED, isOpen: true, isEntangled: true };
  const elsewhere = others.flatMap(({ objects = [] }) => objects);
  const plan = planPrune({ sync, members, wanted, elsewhere, approved: visit.approved, hasBrake });
  // as long as they are members, they would be deleted the next time
  await inParallel(plan.holding, (object) => release(object, visit));
  await inParallel(plan.released, (object) => release(object, visit));
  const { gone, ending, isOpen } = await deleteStaged(plan, visit);
  if (gone.length > 0) context.event('Normal', REASONS.ObjectsPruned, `deleted ${someOf(gone.map(shownObject), 10)}`);
  return {
    deleted: gone.length,
    ending: ending.map(shownObject),
    isOpen,
    isEntangled: plan.left.length > 0,
    ...(plan.blocked === undefined ? {} : { blocked: plan.blocked }),
  };
}

interface Deleted {
  readonly gone: readonly KubeObject[];
  readonly ending: readonly KubeObject[];
  /** Something was left alone, as it is not what was decided about: the next pass decides anew. */
  readonly isOpen: boolean;
}

/** What others need goes when those are gone, perhaps in a later pass. */
async function deleteStaged({ deleted, ending }: PrunePlan, visit: Visit): Promise<Deleted> {
  const gone: KubeObject[] = [];
  const going = new Set(ending);
  for (const stage of pruneStages([...deleted, ...ending])) {
    const still: KubeObject[] = [];
    let isOpen = false;
    await inParallel(stage, async (object) => {
      const type = going.has(object) ? 'going' : await deleteObject(object, visit);
      if (type === 'left') isOpen = true;
      else if (!going.has(object)) gone.push(object);
      if (type === 'going') still.push(object);
    });
    if (isOpen || still.length > 0) return { gone, ending: still, isOpen };
  }
  return { gone, ending: [], isOpen: false };
}

/** What becomes of it. */
const deleteObject = async (
  object: KubeObject,
  { context: { client, signal }, set }: Visit,
): Promise<'gone' | 'going' | 'left'> => (await deleteMember(client, object, set, { signal })).type;

/** It stays as it is, and is nobody's member. */
export async function release(object: KubeObject, { context: { client, signal }, set }: Visit): Promise<void> {
  await releaseMember(client, object, set, { signal });
}
