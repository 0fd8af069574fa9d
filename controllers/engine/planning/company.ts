import type { KubeObject } from '../../../schemas/object.ts';
import { MAX_AFFECTED, TooMuchFollowsError } from '../../../schemas/values/plan-answer.ts';
import { keyOf, kindKey, refOf } from '../keys.ts';
import type { Slice } from '../slices.ts';
import { idOf, type Sight } from './foresight.ts';
import type { Changed } from './overlay.ts';
import type { Planning } from './planning.ts';
import type { PlannedObject } from './question.ts';

/** An object of the question, or one that goes together with such a one. */
export interface Subject extends Changed {
  readonly ref: ReturnType<typeof refOf>;
  readonly because: PlannedObject['because'];
}

/** Adds to what is deleted what its controllers delete along with it, and along with that. */
export async function addCompany(
  subjects: Map<string, Subject>,
  { sights, find }: Planning,
  slice: Slice,
  signal: AbortSignal,
): Promise<void> {
  const all = allReader(sights, find);
  const takers = Map.groupBy(
    sights.filter(({ controller }) => controller.takesAlong !== undefined),
    ({ controller }) => kindKey(controller.kind),
  );
  const asked = subjects.size;
  for (const { before, after, ref } of subjects.values()) {
    await slice.turn();
    signal.throwIfAborted();
    if (before === undefined || after !== undefined) continue;
    for (const { controller } of takers.get(kindKey(ref)) ?? []) {
      for (const object of controller.takesAlong?.(before, all) ?? []) {
        await slice.turn();
        const along = refOf(object);
        const id = idOf(along);
        if (subjects.has(id)) continue;
        if (subjects.size - asked >= MAX_AFFECTED) throw new TooMuchFollowsError();
        subjects.set(id, { ref: along, before: object, after: undefined, because: 'Affected' });
      }
    }
  }
}

/** Reads every kind that somebody plans for, as its own controller does. */
function allReader(sights: Planning['sights'], find: Planning['find']) {
  const readers = new Map(sights.map(({ controller, before }) => [kindKey(controller.kind), before]));
  const reader: Sight['reader'] = {
    get: <T extends KubeObject>(kind: Parameters<typeof find>[0], namespace: string | undefined, name: string) =>
      find(kind, keyOf({ metadata: { ...(namespace && { namespace }), name } })) as T | undefined,
    list: (kind, query) => readers.get(kindKey(kind))?.list(kind, query) ?? [],
  };
  const kinds = sights.flatMap(({ controller }) => (controller.plan === undefined ? [] : [controller.kind]));
  return { kinds, reader };
}
