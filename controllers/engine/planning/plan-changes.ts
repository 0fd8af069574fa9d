import type { KubeObject, ObjectRef } from '../../../schemas/object.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import type { Clock, Log, Planned } from '../contract.ts';
import { keyOf, kindKey, refOf } from '../keys.ts';
import { Slice } from '../slices.ts';
import { asItWouldBe, beingDeleted } from './as-it-would-be.ts';
import { affectedBy } from './affected.ts';
import { Foresight, idOf, type Sight } from './foresight.ts';
import { Overlay, type Changed } from './overlay.ts';
import type { PlanChange, PlannedObject } from './question.ts';

export interface Planning {
  /** Every controller, with what it reads of the objects that there are. */
  readonly sights: readonly Omit<Sight, 'reader'>[];
  /** The object as it is, of whatever kind. */
  readonly find: (
    object: { readonly apiVersion: string; readonly kind: string },
    key: string,
  ) => KubeObject | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** An object of the question, or one that goes together with such a one. */
interface Subject extends Changed {
  readonly ref: ReturnType<typeof refOf>;
  readonly because: PlannedObject['because'];
}

/** Changes of which it is not told any more that they follow from others: a question is to have an end. */
const MAX_AFFECTED = 10_000;

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
  const asked: Subject[] = [];
  for (const change of changes) {
    await slice.turn();
    asked.push(subjectOf(change, planning, formatTime(now)));
  }
  const subjects = withCompany(asked, planning);
  const overlay = new Overlay();
  const leaving: KubeObject[] = [];
  for (const subject of subjects) {
    await slice.turn();
    overlay.add(subject);
    const { before, after } = subject;
    if (before !== undefined && after === undefined) leaving.push(beingDeleted(before, formatTime(now)));
  }
  const sights: Sight[] = [];
  for (const sight of planning.sights) {
    await overlay.index(sight.controller, signal);
    sights.push({ ...sight, reader: overlay.reader(sight.controller.name, sight.before) });
  }
  const common = { clock, log: planning.log, signal };
  const there = (ref: ObjectRef) => planning.find(ref, keyOf({ metadata: ref }));
  const would = new Foresight({ ...common, sights, leaving, find: (ref) => overlay.find(ref, there(ref)) });
  const planned: PlannedObject[] = [];
  for (const subject of subjects) {
    await slice.turn();
    signal.throwIfAborted();
    planned.push(planOfSubject(subject, await would.planOf(subject.ref)));
  }
  const present = new Foresight({
    ...common,
    sights: sights.map((sight) => ({ ...sight, reader: sight.before })),
    leaving: [],
    find: there,
  });
  return [...planned, ...(await followed(subjects, { sights, would, present, slice, signal }))];
}

interface Follow {
  readonly sights: readonly Sight[];
  readonly would: Foresight;
  readonly present: Foresight;
  readonly slice: Slice;
  readonly signal: AbortSignal;
}

/** Others with something to do because of the question, and those with something to do because of them. */
async function followed(subjects: readonly Subject[], follow: Follow): Promise<readonly PlannedObject[]> {
  const { sights, would, present, slice, signal } = follow;
  const seen = new Set(subjects.map(({ ref }) => idOf(ref)));
  const found: PlannedObject[] = [];
  const queue: Changed[] = [...subjects];
  for (const changed of queue) {
    await slice.turn();
    signal.throwIfAborted();
    for (const object of affectedBy(changed, sights)) {
      await slice.turn();
      const ref = refOf(object);
      if (seen.has(idOf(ref)) || found.length >= MAX_AFFECTED) continue;
      seen.add(idOf(ref));
      const planned = await would.planOf(ref);
      if (planned === undefined || planned.action === 'None') continue;
      const anyway = await present.planOf(ref);
      if (JSON.stringify(anyway) === JSON.stringify(planned)) continue;
      found.push({ ...planned, ref, uid: object.metadata.uid, because: 'Affected' });
      queue.push({ before: object, after: object });
    }
  }
  return found.toSorted((a, b) => compare(idOf(a.ref), idOf(b.ref)));
}

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

/** Together with what is deleted, what its controllers delete along with it. */
function withCompany(subjects: readonly Subject[], { sights, find }: Planning): readonly Subject[] {
  const all = new Map(subjects.map((subject) => [idOf(subject.ref), subject]));
  const kinds = sights.flatMap(({ controller }) => (controller.plan === undefined ? [] : [controller.kind]));
  const readers = new Map(sights.map(({ controller, before }) => [kindKey(controller.kind), before]));
  const reader: Sight['reader'] = {
    get: (kind, namespace, name) => find(kind, keyOf({ metadata: { ...(namespace && { namespace }), name } })) as never,
    list: (kind, query) => readers.get(kindKey(kind))?.list(kind, query) ?? [],
  };
  for (const { before, after, ref } of all.values()) {
    if (before === undefined || after !== undefined) continue;
    for (const { controller } of sights.filter((sight) => kindKey(sight.controller.kind) === kindKey(ref))) {
      for (const object of controller.takesAlong?.(before, { kinds, reader }) ?? []) {
        const along = refOf(object);
        if (!all.has(idOf(along))) {
          all.set(idOf(along), { ref: along, before: object, after: undefined, because: 'Affected' });
        }
      }
    }
  }
  return [...all.values()];
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
