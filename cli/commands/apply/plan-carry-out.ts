import { ApiError } from '../../../client/client.ts';
import type { KubeObject, ObjectInput } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { note, print } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { refusalLines } from '../../manifests/refusal-lines.ts';
import type { OutputFormat } from '../../output/format.ts';
import { askForVersions } from '../../plan/ask-for-versions.ts';
import { comparePlans, entryChange } from '../../plan/compare-plans.ts';
import { planFileOf, wishOf, type PlannedEntry } from '../../plan/plan-file.ts';
import { describeChange, reportPlan } from '../../plan/report.ts';
import { readPlanFile } from '../../plan/stored-plan.ts';
import { versionsOf, type Versions } from '../../plan/versions-of.ts';
import type { Call } from '../command.ts';
import { appliedText, isFoundation, resultLine, type Applied } from './apply-manifests.ts';
import { applyOptions } from './apply-options.ts';
import type { applyFlags } from './flags.ts';

type ApplyCall = Call<typeof applyFlags>;

/** An object that is written faster than it can be read is given up after so many tries. */
const TRIES = 4;
/**
 * A version that no object has which was made since somebody looked: the first of a store. An apply that names it makes an object,
 * or is refused with Conflict where one is there; a real Kubernetes does the same (kubernetes/kubernetes#106745).
 */
const NONE_YET = '1';

/** An object with what the plan says of it. */
interface Step {
  readonly versions: Versions;
  readonly entry: PlannedEntry;
}

/** The object is not as the plan has it any more. */
class PlanChangedError extends Error {
  override readonly name = 'PlanChangedError';
}

/**
 * Makes the plan again, refuses when it is another one, and then writes each object as it was when it was planned for, or not at
 * all. The first refusal ends it, and it is said how far it got: there is no going back. Resolves with the exit code.
 */
export async function carryOutPlan(
  call: ApplyCall,
  session: Session,
  manifests: readonly Manifest[],
  format: OutputFormat,
  file: string,
): Promise<number> {
  const { flags, io } = call;
  const kept = await readPlanFile(io, file);
  const { versions, failed } = await askForVersions(call, session, manifests);
  if (failed) return refuse(call, file, []);
  const now = planFileOf(versions, await reportPlan(session, versions, io.signal));
  const differences = comparePlans(kept, now);
  if (differences.length > 0) return refuse(call, file, differences);
  const steps = versions.map((one, at): Step => ({ versions: one, entry: now.objects[at] as PlannedEntry }));
  const ordered = [...steps.filter(isFirst), ...steps.filter((step) => !isFirst(step))];
  const applied: Applied[] = [];
  try {
    for (const step of ordered) {
      const object = await write(call, session, step);
      const { manifest, live } = step.versions;
      applied.push({ manifest, object });
      if (format.type === 'table') await print(io.stdout, `${resultLine(manifest, object, live, flags)}\n`);
    }
  } catch (error) {
    const isOurs = error instanceof PlanChangedError || (error instanceof ApiError && error.code !== 0);
    if (isOurs) for (const line of linesOf(error, ordered[applied.length] as Step)) note(io, line);
    tellHowFar(call, ordered, applied.length, isOurs);
    if (!isOurs) throw error;
    return 1;
  } finally {
    if (format.type !== 'table')
      await print(io.stdout, await appliedText(applied, format, flags['show-managed-fields']));
  }
  if (!flags.wait || flags['dry-run'] === 'server') return 0;
  const { waitForApplied } = await import('./wait-for-applied.ts');
  return await waitForApplied(call, session, manifests, []);
}

const isFirst = ({ versions }: Step): boolean => isFoundation(versions.manifest);

function refuse({ io }: ApplyCall, file: string, differences: readonly string[]): number {
  for (const line of differences) note(io, `error: ${line}`);
  note(io, `error: nothing was applied: ${file} is not what would happen now; look again with: tsmoby diff -f …`);
  return 1;
}

/** Under the version that was read. Whoever only writes status does not stand in the way; then it is read again. */
async function write(call: ApplyCall, session: Session, { versions, entry }: Step): Promise<KubeObject> {
  const options = applyOptions(call);
  let { live } = versions;
  const { manifest } = versions;
  for (let left = TRIES; ; left -= 1) {
    try {
      return await session.client.apply(under(live, manifest.object), options);
    } catch (error) {
      if (left <= 1 || !isStale(error)) throw error;
      const again = await versionsOf(call, session, manifest);
      const object = describeChange(again);
      const { uid: _, generation: _g, resourceVersion: _v, ...rest } = entry;
      const uid = object.uid === undefined ? {} : { uid: object.uid };
      const why = entryChange(entry, { ...rest, ...uid, ...wishOf(again, object) });
      if (why !== undefined) throw new PlanChangedError(why, { cause: error });
      live = again.live;
    }
  }
}

/** uid and resourceVersion are preconditions of an apply, and no fields that somebody owns. */
function under(live: KubeObject | undefined, object: ObjectInput): ObjectInput {
  const { uid, resourceVersion = NONE_YET } = live?.metadata ?? {};
  return { ...object, metadata: { ...object.metadata, ...(uid === undefined ? {} : { uid }), resourceVersion } };
}

function isStale(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.reason !== 'Conflict') return false;
  return !(error.status.details?.causes ?? []).some(({ reason }) => reason === 'FieldManagerConflict');
}

function linesOf(error: Error, { versions: { manifest } }: Step): readonly string[] {
  if (error instanceof ApiError) return refusalLines(manifest, error);
  return [`error: ${manifest.document.place()}: ${shownName(manifest.kind, manifest.name)}: ${error.message}`];
}

function tellHowFar({ flags, io }: ApplyCall, steps: readonly Step[], done: number, isKnown: boolean): void {
  const names = (some: readonly Step[]): string =>
    some.map(({ versions: { manifest } }) => shownName(manifest.kind, manifest.name)).join(', ') || 'none';
  if (flags['dry-run'] === 'server') return;
  note(io, `error: the plan is carried out in part: ${String(done)} of ${String(steps.length)} objects`);
  note(io, `  applied: ${names(steps.slice(0, done))}`);
  note(io, `  not applied${isKnown ? '' : ', but for the first of them nobody knows'}: ${names(steps.slice(done))}`);
}
