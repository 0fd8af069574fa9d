import type { Container, ControllerRevision } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { changedFields, RESTARTED_AT, ROLLOUT_FIELDS } from '../../../schemas/values/container-change.ts';
import { CommandError } from '../../errors.ts';
import { refOf } from '../../kinds/directory.ts';
import type { Rolled } from '../rollout.ts';
import { giveToApplier, ROLLOUT_MANAGER } from './ownership.ts';
import { dataOf, findRevision, revisionsOf } from './revisions.ts';

/** Writes the spec of an old revision into the object; how changes are made stays as it is. Answers what became of it. */
export async function undoRollout(rolled: Rolled, to: number): Promise<string> {
  const { session, kind, object } = rolled;
  if (object.spec.paused)
    throw new CommandError(
      "you cannot rollback a paused container; resume it first with 'tsmoby rollout resume' and try again",
    );
  const revisions = await revisionsOf(rolled);
  const newest = revisions.at(-1);
  const target = to > 0 ? findRevision(revisions, to) : (goodOne(object, revisions) ?? revisions.at(-2));
  if (target === undefined) throw new CommandError(`no rollout history found for container "${object.metadata.name}"`);
  if (target === newest)
    return `skipped rollback (current template already matches revision ${String(target.revision)})`;
  refuseOtherResult(object, target);
  const { namespace = '', name } = object.metadata;
  const ref = { ...refOf(kind), namespace, name };
  const options = { type: 'json', fieldManager: ROLLOUT_MANAGER } as const;
  const undone = await session.client.patch<Container>(ref, patchTo(rolled, target), options);
  await giveToApplier(rolled, undone);
  return 'rolled back';
}

/** Which result of a Build runs is not for the Container's spec to say. */
function refuseOtherResult({ spec }: Container, target: ControllerRevision): void {
  const { spec: past, result } = dataOf(target);
  const { inPlace, replacement } = changedFields(spec, past);
  if (result === undefined || inPlace.length + replacement.length > 0) return;
  const { kind, name } = spec.imageFrom ?? {};
  const build = kind === 'Build' && name !== undefined ? `Build ${name}` : `the Build of ${spec.image ?? ''}`;
  throw new CommandError(
    `revision ${String(target.revision)} is of another result, not of another spec: set spec.revertTo of ${build} to go back to a former result`,
  );
}

/** After changes that were taken back, the one that runs: the one before the newest may be just as bad. */
function goodOne(
  { status: { rollout, conditions = [], currentRevision } = {} }: Container,
  revisions: readonly ControllerRevision[],
): ControllerRevision | undefined {
  const isBack =
    rollout?.reverted === true ||
    conditions.some(({ type, reason }) => type === 'RolledOut' && reason === REASONS.RolledBack);
  return isBack ? revisions.find(({ metadata }) => metadata.name === currentRevision) : undefined;
}

function patchTo({ object }: Rolled, target: ControllerRevision): readonly object[] {
  const { spec: past, annotations: asked = {} } = dataOf(target);
  const kept = Object.entries(object.spec).filter(([name]) => ROLLOUT_FIELDS.has(name));
  const fields = Object.entries(past).filter(([name]) => !ROLLOUT_FIELDS.has(name));
  const others = Object.entries(object.metadata.annotations ?? {}).filter(
    ([name]) => !(RESTARTED_AT as readonly string[]).includes(name),
  );
  const annotations = { ...Object.fromEntries(others), ...asked };
  return [
    { op: 'replace', path: '/spec', value: Object.fromEntries([...fields, ...kept]) },
    { op: 'add', path: '/metadata/annotations', value: annotations },
  ];
}
