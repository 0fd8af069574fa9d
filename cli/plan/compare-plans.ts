import type { ObjectRef } from '../../schemas/object.ts';
import type { PlanFile, PlannedEntry } from './plan-file.ts';
import { nameOf } from './report-text.ts';
import { keyOf } from './report.ts';

type Foreseen = PlanFile['affected'][number];

/** Where a plan that was made again is another one: a line for each object, none when both are the same. */
export function comparePlans(kept: PlanFile, now: PlanFile): readonly string[] {
  if (kept.planned !== now.planned)
    return [
      `the plan was made ${kept.planned ? 'by a server that tells what follows' : 'without what follows'}, and this server ${now.planned ? 'tells' : 'does not tell'} it`,
    ];
  return [
    ...differences(kept.objects, now.objects, {
      change: entryChange,
      gone: 'is in the plan, and not in the files',
      extra: 'is in the files, and not in the plan',
    }),
    ...differences(kept.affected, now.affected, {
      change: foreseenChange,
      gone: 'nothing would be done for it any more',
      extra: 'something would be done for it, too',
    }),
  ];
}

interface Words<T> {
  readonly change: (kept: T, now: T) => string | undefined;
  readonly gone: string;
  readonly extra: string;
}

function differences<T extends ObjectRef>(kept: readonly T[], now: readonly T[], words: Words<T>): readonly string[] {
  const left = new Map(now.map((one) => [keyOf(one), one]));
  const lines = kept.flatMap((one) => {
    const found = left.get(keyOf(one));
    left.delete(keyOf(one));
    const why = found === undefined ? words.gone : words.change(one, found);
    return why === undefined ? [] : [lineOf(one, why)];
  });
  return [...lines, ...[...left.values()].map((one) => lineOf(one, words.extra))];
}

const lineOf = (ref: ObjectRef, why: string): string =>
  `${nameOf(ref)}${ref.namespace === undefined ? '' : ` in namespace ${ref.namespace}`}: ${why}`;

/** Why an object of the files is not as it was when the plan was made; undefined when it is. */
export function entryChange(kept: PlannedEntry, now: PlannedEntry): string | undefined {
  if (kept.uid !== now.uid && kept.uid !== undefined)
    return now.uid === undefined ? 'it is not there any more' : 'it was deleted, and another one of its name is there';
  if (kept.uid !== now.uid) return 'it is there meanwhile';
  if (kept.generation !== now.generation)
    return `it was changed since: generation ${String(now.generation)}, and ${String(kept.generation)} when the plan was made`;
  if (kept.resourceVersion !== now.resourceVersion) return 'it was written since the plan was made';
  if (kept.operation !== now.operation) return `now it would be: ${now.operation}; planned: ${kept.operation}`;
  if (kept.desired !== now.desired) return 'its manifest, or what an apply would change, is not what was planned';
  return foreseenChange(kept, now);
}

function foreseenChange(kept: Foreseen, now: Foreseen): string | undefined {
  if (kept.uid !== now.uid) return 'it is another object than when the plan was made';
  if (kept.action !== now.action) return `now it would come to ${String(now.action)}; planned: ${String(kept.action)}`;
  return kept.steps === now.steps ? undefined : 'other steps would be taken than were planned';
}
