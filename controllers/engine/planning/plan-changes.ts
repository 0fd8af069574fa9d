import type { KubeObject, ObjectRef } from '../../../schemas/object.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import { MAX_AFFECTED, TooMuchFollowsError } from '../../../schemas/values/plan-answer.ts';
import type { Planned } from '../contract.ts';
import { keyOf, refOf } from '../keys.ts';
import { Slice, sortedInSlices } from '../slices.ts';
import { asItWouldBe, beingDeleted } from './as-it-would-be.ts';
import { affectedBy } from './affected.ts';
import { addCompany, type Subject } from './company.ts';
import { Foresight, idOf, type Sight } from './foresight.ts';
import { Overlay, type Changed } from './overlay.ts';
import type { Planning } from './planning.ts';
import type { PlanChange, PlannedObject } from './question.ts';

/** What controllers would do if objects were as the question says. Pure towards the world: it only reads. */
export async function planChanges(
  changes: readonly PlanChange[],
  planning: Planning,
  signal: AbortSignal,
): Promise<readonly PlannedObject[]> {
  const slice = new Slice();
  // One moment for all: two looks at the same thing are to say the same.
  const now = planning.clock.now();
  const clock = { now: () => now };
  const subjects = new Map<string, Subject>();
  for (const change of changes) {
    await slice.turn();
    const subject = subjectOf(change, planning, formatTime(now));
    subjects.set(idOf(subject.ref), subject);
  }
  await addCompany(subjects, planning, slice, signal);
  const overlay = new Overlay();
  const leaving = new Map<string, KubeObject>();
  for (const [id, subject] of subjects) {
    await slice.turn();
    overlay.add(subject);
    const { before, after } = subject;
    if (before !== undefined && after === undefined) leaving.set(id, beingDeleted(before, formatTime(now)));
  }
  const sights: Sight[] = [];
  for (const sight of planning.sights) {
    await overlay.index(sight.controller, signal);
    sights.push({ ...sight, reader: overlay.reader(sight.controller.name, sight.before) });
  }
  const common = { clock, log: planning.log, signal };
  const there = (ref: ObjectRef) => planning.find(ref, keyOf({ metadata: ref }));
  const would = new Foresight({ ...common, sights, leaving, find: (ref) => overlay.find(ref, there(ref)) });
  const asked: PlannedObject[] = [];
  const others: PlannedObject[] = [];
  for (const subject of subjects.values()) {
    await slice.turn();
    signal.throwIfAborted();
    const planned = planOfSubject(subject, await would.planOf(subject.ref));
    (subject.because === 'Affected' ? others : asked).push(planned);
  }
  const present = new Foresight({
    ...common,
    sights: sights.map((sight) => ({ ...sight, reader: sight.before })),
    leaving: new Map(),
    find: there,
  });
  await addFollowing(others, subjects, { sights, would, present, slice, signal });
  return [...asked, ...(await sortedInSlices(others, (a, b) => compareRefs(a.ref, b.ref)))];
}

interface Follow {
  readonly sights: readonly Sight[];
  readonly would: Foresight;
  readonly present: Foresight;
  readonly slice: Slice;
  readonly signal: AbortSignal;
}

/** Others with something to do because of the question, and those with something to do because of them. */
async function addFollowing(
  others: PlannedObject[],
  subjects: ReadonlyMap<string, Subject>,
  { sights, would, present, slice, signal }: Follow,
): Promise<void> {
  const seen = new Set(subjects.keys());
  const queue: Changed[] = [...subjects.values()];
  for (const changed of queue) {
    await slice.turn();
    signal.throwIfAborted();
    for (const object of affectedBy(changed, sights)) {
      await slice.turn();
      const ref = refOf(object);
      const id = idOf(ref);
      if (seen.has(id)) continue;
      seen.add(id);
      const planned = await would.planOf(ref);
      if (planned === undefined || planned.action === 'None') continue;
      const anyway = await present.planOf(ref);
      if (JSON.stringify(anyway) === JSON.stringify(planned)) continue;
      if (others.length >= MAX_AFFECTED) throw new TooMuchFollowsError();
      others.push({ ...planned, ref, uid: object.metadata.uid, because: 'Affected' });
      queue.push({ before: object, after: object });
    }
  }
}

/** By kind, namespace and name; of kinds that have one name by their group, too. */
const compareRefs = (a: ObjectRef, b: ObjectRef): number =>
  compare(a.kind, b.kind) ||
  compare(a.namespace ?? '', b.namespace ?? '') ||
  compare(a.name, b.name) ||
  compare(a.apiVersion, b.apiVersion);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function subjectOf(change: PlanChange, { find }: Planning, now: string): Subject {
  if ('delete' in change) {
    const { apiVersion, kind, namespace, name } = change.delete;
    const ref = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
    const before = find(ref, keyOf({ metadata: ref }));
    return { ref, before, after: undefined, because: 'Deleted' };
  }
  const before = find(change.object, keyOf(change.object));
  return { ref: refOf(change.object), before, after: asItWouldBe(change.object, before, now), because: 'Changed' };
}

function planOfSubject({ ref, before, after, because }: Subject, planned: Planned | undefined): PlannedObject {
  const uid = before === undefined ? {} : { uid: before.metadata.uid };
  return { ref, ...uid, because, ...(planned ?? withoutPlan(before, after)) };
}

/** Of kinds that are data, or that somebody else looks after. */
function withoutPlan(before: KubeObject | undefined, after: KubeObject | undefined): Planned {
  if (after !== undefined) return { action: 'None', message: 'nothing is done for the object by itself', steps: [] };
  if (before === undefined) return { action: 'None', message: 'it is not there', steps: [] };
  return { action: 'Delete', message: 'deleted', steps: [] };
}
