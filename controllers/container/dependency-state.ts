import type { Container, ContainerDependsOn } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Condition, KubeObject } from '../../schemas/object.ts';

/** How far an object is that another one waits for. The words are for people, after its name. */
export type DependencyState =
  | { readonly type: 'met' }
  | { readonly type: 'waiting'; readonly why: string }
  /** It cannot get there as it is. */
  | { readonly type: 'failed'; readonly why: string };

type Wanted = NonNullable<ContainerDependsOn['condition']>;

/** Any object, as far as dependencies know it. */
export type AnyObject = KubeObject & {
  readonly status?: Container['status'] & { readonly observedGeneration?: number };
};

/** Characters of another object's message that are told. */
const MAX_QUOTED = 200;

const MET: DependencyState = { type: 'met' };
const waiting = (why: string): DependencyState => ({ type: 'waiting', why });
const failed = (why: string): DependencyState => ({ type: 'failed', why });

/**
 * Whether an object is what is waited for. `hasConditions`: objects of its kind get conditions, so that none yet means not ready yet. Pure.
 */
export function dependencyState(object: AnyObject, wanted: Wanted, hasConditions: boolean): DependencyState {
  if (object.metadata.deletionTimestamp !== undefined) return waiting('is being deleted');
  switch (wanted) {
    case 'Started':
      return isContainer(object) ? started(object) : MET;
    case 'Ready':
      return ready(object, hasConditions);
    case 'Completed':
      return completed(object);
  }
}

const isContainer = (object: AnyObject): object is AnyObject & Container =>
  object.kind === 'Container' && object.apiVersion.startsWith('tsmoby.dev/');

function started(object: AnyObject & Container): DependencyState {
  const { state, started: has } = object.status ?? {};
  const runs = state?.running !== undefined && has === true;
  if (runs && isSeen(object) && !isFormer(object)) return MET;
  if (hasSucceeded(object)) return MET;
  return stalledOr(object, waiting(runs ? 'has not started (its last change)' : 'has not started'));
}

/** What runs is what its last change is to take the place of. */
const isFormer = ({ status: { rollout, containerID } = {} }: AnyObject): boolean =>
  rollout?.from !== undefined && rollout.from === containerID;

function ready(object: AnyObject, hasConditions: boolean): DependencyState {
  const { conditions = [] } = object.status ?? {};
  const condition = conditions.find(({ type }) => type === 'Ready');
  if (condition === undefined) {
    return conditions.length === 0 && hasConditions ? waiting('is not ready yet') : MET;
  }
  if (condition.status === 'True' && isCurrent(object, condition)) return MET;
  const why = condition.status === 'True' ? 'its last change' : quote(condition);
  return stalledOr(object, waiting(`is not ready (${why})`));
}

function completed(object: AnyObject): DependencyState {
  if (hasSucceeded(object)) return MET;
  if (hasFailed(object)) return failed(`failed with code ${object.status?.state?.terminated?.exitCode ?? 'unknown'}`);
  if (isContainer(object) && (object.spec.restartPolicy ?? 'Always') === 'Always') {
    return failed('never completes: its restartPolicy is Always');
  }
  if (isEndless(object)) return failed(`never completes: a ${object.kind} has no end`);
  return stalledOr(object, waiting('has not completed'));
}

const ENDLESS: ReadonlySet<string> = new Set(['Build', 'Builder', 'Image', 'Network', 'Volume']);

/** Of core/v1 only Pods come to an end, of ours what runs. Of other kinds nobody knows. */
const isEndless = ({ apiVersion, kind }: AnyObject): boolean =>
  apiVersion === 'v1' ? kind !== 'Pod' : apiVersion.startsWith('tsmoby.dev/') && ENDLESS.has(kind);

/** It ran to its end, and that was the run that is wanted now: a Container says so with Ready, others with their phase alone. */
function hasSucceeded(object: AnyObject): boolean {
  if (object.status?.phase !== 'Succeeded' || !isSeen(object)) return false;
  return !isContainer(object) || isTrue(object, 'Ready');
}

/** As with success; a Container that will not run again is stalled by how it ended. */
function hasFailed(object: AnyObject): boolean {
  if (object.status?.phase !== 'Failed' || !isSeen(object)) return false;
  const { reason = REASONS.Error } = object.status.state?.terminated ?? {};
  return !isContainer(object) || isTrue(object, 'Stalled', reason);
}

function isTrue(object: AnyObject, type: string, reason?: string): boolean {
  const condition = object.status?.conditions?.find((each) => each.type === type);
  if (condition?.status !== 'True' || !isCurrent(object, condition)) return false;
  return reason === undefined || condition.reason === reason;
}

/** Its controller has been through its last change. */
const isSeen = ({ metadata: { generation }, status }: AnyObject): boolean =>
  generation === undefined || status?.observedGeneration === undefined || status.observedGeneration >= generation;

/** Only a person can help one that is stalled. */
function stalledOr(object: AnyObject, otherwise: DependencyState): DependencyState {
  const stalled = object.status?.conditions?.find(({ type }) => type === 'Stalled');
  if (stalled?.status !== 'True' || !isCurrent(object, stalled)) return otherwise;
  return failed(`is stalled (${quote(stalled)})`);
}

/** What it says, in short. What it waits for itself is its own matter: told here, each change of that would go through all that follow. */
function quote({ reason, message }: Condition): string {
  if (reason === REASONS.DependencyNotReady || reason === REASONS.DependencyFailed) return reason;
  const text = `${reason}: ${message}`;
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/** What is said is said of the object as it is now. Kinds that count no generations cannot tell. */
function isCurrent({ metadata, status }: AnyObject, condition: Condition): boolean {
  const seen = condition.observedGeneration ?? status?.observedGeneration;
  return metadata.generation === undefined || seen === undefined || seen >= metadata.generation;
}

/** Which run of it there is: another object, or of a Container another process, is another one. */
export function runOf(object: AnyObject | undefined): string {
  if (object === undefined) return '';
  const { logRun } = object.status ?? {};
  return isContainer(object) ? `${object.metadata.uid}/${logRun ?? ''}` : object.metadata.uid;
}
