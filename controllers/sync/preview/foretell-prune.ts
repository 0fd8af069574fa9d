import type { ObjectInput } from '../../../schemas/object.ts';
import { applySetId, idOf, shownObject, type ObjectId } from '../names.ts';
import { planPrune } from '../prune-plan.ts';
import { APPROVE_PRUNE_ANNOTATION } from '../../../schemas/values/sync-annotations.ts';
import { count, someOf } from '../words.ts';
import type { Previewed } from './compare-objects.ts';
import type { PreviewLine } from './preview.ts';

/** What would be let go, by the plan that an application makes. */
export async function* foretellPrune(
  preview: Previewed,
  wanted: readonly ObjectInput[],
  ids: ReadonlySet<ObjectId>,
  isWhole: boolean,
): AsyncGenerator<PreviewLine, void, void> {
  const { sync, deps } = preview;
  if (sync.spec.prune === false) return;
  const set = applySetId(sync);
  if (deps.members.refs(set).every((member) => ids.has(idOf(member)))) return;
  const members = deps.members.of(set);
  const others = await preview.others();
  const elsewhere = others.flatMap(({ objects = [] }) => objects);
  const approved = sync.metadata.annotations?.[APPROVE_PRUNE_ANNOTATION];
  const plan = planPrune({ sync, members, wanted, elsewhere, approved, hasBrake: true });
  const { deleted, holding, blocked } = plan;
  const released = [...holding, ...plan.released];
  if (blocked !== undefined) {
    const what = `${count(blocked.objects, 'object')} would be deleted at once, and held back: ${someOf(blocked.examples, 10)}`;
    yield { type: 'note', message: `${what}. If that is meant: tsmoby sync approve ${sync.metadata.name}` };
  }
  const leaving = [...deleted, ...released];
  if (leaving.length === 0) return;
  const why = isWhole
    ? others.some(({ objects }) => objects === undefined) && 'other Syncs have not told yet whether they want them'
    : 'something is wrong with the files';
  if (why !== false) {
    yield { type: 'note', message: `nothing would be deleted now (${why}): ${someOf(leaving.map(shownObject), 10)}` };
    return;
  }
  for (const live of deleted) yield { type: 'object', live };
  for (const object of released)
    yield { type: 'note', message: `${shownObject(object)} would stay, and belong to nobody` };
}
