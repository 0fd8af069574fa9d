/** What changes of objects come to, for people and scripts. The page docs/plans.md describes it, and a test holds both together. */
import type { PlanChange, PlanStatusObject } from '../../schemas/gen/types.ts';
import { parseApiVersion } from '../../schemas/kinds.ts';
import type { JsonObject, KubeObject, ManagedFieldsEntry, ObjectRef } from '../../schemas/object.ts';
import type { Session } from '../connect/session.ts';
import { askForPlan } from './ask-for-plan.ts';
import type { FieldChange } from './field-changes.ts';
import { maskedChanges } from './mask-secrets.ts';

/** An object as it is, and as it would be. One of both is there. */
export interface ObjectChange {
  /** Undefined: it is not there yet. */
  readonly live: KubeObject | undefined;
  /** Undefined: it would be deleted. */
  readonly merged: KubeObject | undefined;
}

/** What becomes of an object, as the server's planners have it. */
type Foreseen = Pick<PlanStatusObject, 'action' | 'message' | 'steps'>;

export interface ReportedObject extends ObjectRef, Partial<Foreseen> {
  /** Absent for an object that is not there yet. */
  readonly uid?: string;
  readonly operation: 'create' | 'update' | 'delete' | 'unchanged';
  /** Fields that differ; values of Secrets are stars. None of what would be deleted. */
  readonly fields: readonly FieldChange[];
  readonly steps: Foreseen['steps'];
}

export interface AffectedObject extends ObjectRef, Foreseen {
  readonly uid?: string;
}

export interface PlanReport {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'PlanReport';
  /** False: the server makes no plans, so actions and steps are not known. */
  readonly planned: boolean;
  /** In the order of the files. */
  readonly objects: readonly ReportedObject[];
  /** Others, with something to do because of these. */
  readonly affected: readonly AffectedObject[];
}

/** What nobody changes, and nothing follows for. */
const NOTHING: Foreseen = { action: 'None', steps: [] };

/** Asks what follows from all changes together. Nobody is asked where nothing differs. Rejects like the Client. */
export async function reportPlan(
  session: Pick<Session, 'client'>,
  changes: readonly ObjectChange[],
  signal?: AbortSignal,
): Promise<PlanReport> {
  const objects = changes.map(describeChange);
  const asked = [...objects.keys()].filter((at) => objects[at]?.operation !== 'unchanged');
  const questions = asked.map((at) => questionOf(changes[at] as ObjectChange));
  const answers = await askForPlan(session, questions, signal);
  const foreseen = new Map(asked.map((at, index) => [at, answers?.[index]]));
  const others = new Map(answers?.slice(asked.length).map((answer) => [keyOf(answer), answer]));
  const reported = objects.map((object, at): ReportedObject => {
    const found = foreseen.get(at) ?? others.get(keyOf(object)) ?? NOTHING;
    others.delete(keyOf(object));
    const { steps, ...known } = object;
    return answers === undefined ? { ...known, steps } : { ...known, ...foreseenOf(found) };
  });
  return {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'PlanReport',
    planned: answers !== undefined,
    objects: reported,
    affected: [...others.values()].map((answer) => ({ ...refOf(answer), ...uidOf(answer), ...foreseenOf(answer) })),
  };
}

/** Whether carrying it out would change an object. */
export const isDifferent = ({ objects }: PlanReport): boolean =>
  objects.some(({ operation }) => operation !== 'unchanged');

/** As far as it is known without asking what follows. */
export function describeChange({ live, merged }: ObjectChange): ReportedObject {
  const { apiVersion, kind, metadata } = (merged ?? live) as KubeObject;
  const { name, namespace } = metadata;
  const fields = merged === undefined ? [] : maskedChanges(live, merged);
  const changed = fields.length > 0 ? 'update' : 'unchanged';
  return {
    ...refOf({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }),
    ...(live === undefined ? {} : { uid: live.metadata.uid }),
    operation: merged === undefined ? 'delete' : live === undefined ? 'create' : changed,
    fields,
    steps: [],
  };
}

function questionOf({ live, merged }: ObjectChange): PlanChange {
  if (merged !== undefined) return { object: wishOf(merged) };
  const { apiVersion, kind, metadata } = live as KubeObject;
  const { name, namespace } = metadata;
  return { delete: { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) } };
}

/**
 * Without what the server has of its own, which may be most of an object: many changes are to fit into one question. When somebody last wished something of it is told: a tag that moves is
 * asked for when that is newer.
 */
function wishOf(merged: KubeObject): JsonObject {
  const { status: _, metadata, ...wish } = merged as KubeObject & { readonly status?: unknown };
  const { uid: _u, resourceVersion: _v, generation: _g, creationTimestamp: _c, managedFields = [], ...rest } = metadata;
  const wishes = managedFields.filter(({ subresource, time }) => subresource === undefined && time !== undefined);
  const newest = wishes.reduce<ManagedFieldsEntry | undefined>(
    (best, one) => (best?.time === undefined || (one.time ?? '') > best.time ? one : best),
    undefined,
  );
  if (newest === undefined) return { ...wish, metadata: rest } as unknown as JsonObject;
  const { manager, operation, time } = newest;
  return { ...wish, metadata: { ...rest, managedFields: [{ manager, operation, time }] } } as unknown as JsonObject;
}

const refOf = ({ apiVersion, kind, namespace, name }: ObjectRef): ObjectRef => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name,
});

const uidOf = ({ uid }: PlanStatusObject): { readonly uid?: string } => (uid === undefined ? {} : { uid });

const foreseenOf = ({ action, message, steps }: Foreseen): Foreseen => ({
  action,
  ...(message === undefined ? {} : { message }),
  steps,
});

/** Names an object in whatever version its kind is spoken of. */
export const keyOf = ({ apiVersion, kind, namespace = '', name }: ObjectRef): string =>
  [parseApiVersion(apiVersion)?.group ?? '', kind, namespace, name].join(' ');
