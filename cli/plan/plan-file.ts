/** What a plan file holds: enough to tell whether a plan that is made again is the same, and nothing that may not be shown. */
import type { ObjectRef } from '../../schemas/object.ts';
import { isNamespace } from '../../schemas/values/apply-set/order.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { maskedChanges } from './mask-secrets.ts';
import type { AffectedObject, PlanReport, ReportedObject } from './report.ts';
import type { Versions } from './versions-of.ts';

/** Hexadecimal digits of a digest: all of SHA-256. */
const DIGITS = 64;

interface Foreseen extends ObjectRef {
  readonly uid?: string;
  /** Absent where the server makes no plans. */
  readonly action?: string;
  /** Of types and targets of steps, in order. Causes are words for people, and may change with the weather. */
  readonly steps: string;
}

/** An object of the files, as it was when the plan was made. */
export interface PlannedEntry extends Foreseen {
  readonly operation: ReportedObject['operation'];
  readonly generation?: number;
  /** Of kinds without generations: nothing else tells that they were written. Of namespaces, whose status is written by others, labels and the like are in `desired`. */
  readonly resourceVersion?: string;
  /** Of the manifest's fields and of what differs by them, as `diff` shows both: values of Secrets are stars there. */
  readonly desired: string;
}

export interface PlanFile {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'PlanFile';
  readonly planned: boolean;
  readonly objects: readonly PlannedEntry[];
  readonly affected: readonly Foreseen[];
}

/** `versions` and the objects of the report are the same ones, in the same order. */
export function planFileOf(versions: readonly Versions[], report: PlanReport): PlanFile {
  return {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'PlanFile',
    planned: report.planned,
    objects: report.objects.map((object, at) => entryOf(versions[at] as Versions, object)),
    affected: report.affected.map(foreseen),
  };
}

const entryOf = (versions: Versions, object: ReportedObject): PlannedEntry => ({
  ...foreseen(object),
  ...wishOf(versions, object),
});

/** What is known of an object without asking what follows. */
export function wishOf(
  { manifest, live }: Versions,
  object: ReportedObject,
): Pick<PlannedEntry, 'operation' | 'generation' | 'resourceVersion' | 'desired'> {
  const { generation, resourceVersion } = live?.metadata ?? {};
  return {
    operation: object.operation,
    ...(generation === undefined ? {} : { generation }),
    ...(generation !== undefined || resourceVersion === undefined || isNamespace(object) ? {} : { resourceVersion }),
    desired: desiredDigest(manifest, live, object),
  };
}

/**
 * What the server fills in for a new object does not count: it may be made up anew for each question. What an apply changes
 * of one that is there does.
 */
function desiredDigest(
  { object: wish }: Versions['manifest'],
  live: Versions['live'],
  { operation, fields }: ReportedObject,
): string {
  const wanted = maskedChanges(undefined, wish as never);
  const differing = operation === 'create' ? [] : fields;
  if (live === undefined || !isNamespace(live)) return digestOf([wanted, differing]);
  // all that an apply can change of it, and no status
  const { labels = {}, annotations = {}, ownerReferences = [] } = live.metadata;
  return digestOf([wanted, differing, { labels, annotations, ownerReferences }]);
}

function foreseen({
  apiVersion,
  kind,
  namespace,
  name,
  uid,
  action,
  steps,
}: ReportedObject | AffectedObject): Foreseen {
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(action === undefined ? {} : { action }),
    steps: digestOf(steps.map(({ type, target }) => [type, target ?? ''])),
  };
}

const digestOf = (value: unknown): string => `sha256:${fingerprint(value, DIGITS)}`;
