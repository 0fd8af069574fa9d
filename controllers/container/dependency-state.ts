import type { Container, ContainerDependsOn } from '../../schemas/gen/types.ts';
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
  const { state, started: has, phase } = object.status ?? {};
  if (phase === 'Succeeded' || (state?.running !== undefined && has === true)) return MET;
  return stalledOr(object, waiting('has not started'));
}

function ready(object: AnyObject, hasConditions: boolean): DependencyState {
  const { conditions = [] } = object.status ?? {};
  const condition = conditions.find(({ type }) => type === 'Ready');
  if (condition === undefined) {
    return conditions.length === 0 && hasConditions ? waiting('is not ready yet') : MET;
  }
  if (condition.status === 'True' && isCurrent(object, condition)) return MET;
  const why = condition.status === 'True' ? 'its last change' : `${condition.reason}: ${condition.message}`;
  return stalledOr(object, waiting(`is not ready (${why})`));
}

function completed(object: AnyObject): DependencyState {
  const { phase, state } = object.status ?? {};
  if (phase === 'Succeeded') return MET;
  if (phase === 'Failed') return failed(`failed with code ${state?.terminated?.exitCode ?? 'unknown'}`);
  if (isContainer(object) && (object.spec.restartPolicy ?? 'Always') === 'Always') {
    return failed('never completes: its restartPolicy is Always');
  }
  return stalledOr(object, waiting('has not completed'));
}

/** Only a person can help one that is stalled. */
function stalledOr(object: AnyObject, otherwise: DependencyState): DependencyState {
  const stalled = object.status?.conditions?.find(({ type }) => type === 'Stalled');
  if (stalled?.status !== 'True' || !isCurrent(object, stalled)) return otherwise;
  return failed(`is stalled (${stalled.reason}: ${stalled.message})`);
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
