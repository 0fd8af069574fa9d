import type { ObjectInput } from '../../schemas/object.ts';
import { refOf } from '../engine/keys.ts';
import { applyAll, findLive, idsOfTargets, type Applied } from './apply.ts';
import { extentOf, type Extent } from '../../schemas/values/apply-set/extent.ts';
import { parentPatch } from './apply-set.ts';
import { dueTargets, isClean } from './clean-pass.ts';
import { unhealthyOf, type Unhealthy } from './health.ts';
import { APPROVE_PRUNE_ANNOTATION } from '../../schemas/values/sync-annotations.ts';
import type { ObjectId } from './names.ts';
import { NOTHING_PRUNED, pruneMembers, type Pruned } from './prune.ts';
import { targetOf, type Target, type WantedObject } from './target.ts';
import type { Visit } from './visit.ts';

/** What became of one set of objects in one pass. */
export interface Application {
  readonly applied: Applied;
  /** Undefined: nothing may be let go at present. */
  readonly pruned: Pruned | undefined;
  readonly unhealthy: readonly Unhealthy[];
}

export interface ApplicationOptions {
  /** Just this was applied before, as status says. */
  readonly wasApplied: boolean;
  /** All that is wanted is known: what is not among it may go. */
  readonly isWhole: boolean;
}

/**
 * Applies everything, lets go of what is not wanted any more when all else is as it should be, and looks how the objects are. What was so in the
 * pass before, and is no other one since, is not looked at again.
 */
export async function applyWanted(
  visit: Visit,
  wanted: readonly WantedObject[],
  { wasApplied, isWhole }: ApplicationOptions,
): Promise<Application> {
  const { sync, deps, memory, set } = visit;
  const { uid, generation } = sync.metadata;
  const key = `${generation} ${deps.kinds.version}`;
  const targets = wanted.map(targetOf);
  const ids = idsOfTargets(targets);
  memory.keep(ids);
  const before = deps.cleanPasses.get(uid);
  // What happens from here on is for the next pass; one that fails leaves everything to that.
  deps.cleanPasses.delete(uid);
  const changed = deps.members.takeChanged(set);
  const mayBePruned = isWhole && sync.spec.prune !== false;
  const due = mayBePruned ? dueTargets(before, { targets, ids, key }, changed) : undefined;
  const applied = await applyAll(visit, due ?? targets, wasApplied);
  // What takes the place of an object is there before that goes.
  const mayPrune = mayBePruned && applied.refused.length === 0;
  const objects = wanted.map(({ object }) => object);
  const pruned = mayPrune ? await prune(visit, objects, ids, due !== undefined) : undefined;
  // A change of another Sync may decide what becomes of these.
  if (applied.theirs.length > 0 || pruned?.isEntangled === true) deps.entangled.add(visit.key);
  else deps.entangled.delete(visit.key);
  const isSame = due !== undefined && ids.size === before?.ids.size;
  const extent = isSame ? before.extent : extentOf([...objects, ...deps.members.refs(set)]);
  await tellExtent(visit, extent, pruned);
  const find = (target: Target) => findLive(visit, target);
  const unhealthy = await unhealthyOf(due ?? targets, find, sync.spec, deps.expressions, visit.context.signal);
  const application = { applied, pruned, unhealthy };
  if (isClean(application)) {
    const open = new Set(unhealthy.map(({ id }) => id));
    deps.cleanPasses.set(uid, { key, targets: new Set(targets), ids, unhealthy: open, extent });
  }
  return application;
}

async function prune(
  visit: Visit,
  objects: readonly ObjectInput[],
  ids: ReadonlySet<ObjectId>,
  isKnown: boolean,
): Promise<Pruned> {
  return isKnown ? NOTHING_PRUNED : await pruneMembers(visit, objects, true, ids);
}

/** After the last object of a kind went, the ApplySet does not name it any more; an approval counts once. */
async function tellExtent(visit: Visit, extent: Extent, pruned: Pruned | undefined): Promise<void> {
  const { sync, context, approved } = visit;
  const patch = parentPatch(sync, extent) as
    { readonly metadata: { readonly annotations: Readonly<Record<string, string | null>> } } | undefined;
  const isSpent = approved !== undefined && pruned !== undefined && isDone(pruned);
  if (patch === undefined && !isSpent) return;
  const annotations = { ...patch?.metadata.annotations, ...(isSpent ? { [APPROVE_PRUNE_ANNOTATION]: null } : {}) };
  const whole = { metadata: { ...patch?.metadata, annotations } };
  await context.client.patch(refOf(sync), whole, { type: 'merge', signal: context.signal });
}

const isDone = ({ blocked, isOpen, ending }: Pruned): boolean =>
  blocked === undefined && !isOpen && ending.length === 0;
