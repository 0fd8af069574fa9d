import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Outcome } from '../engine/contract.ts';
import { readConfiguration } from './configuration.ts';
import { madeAs } from './made-as.ts';
import { containerID, SPEC_HASH_LABEL } from './names.ts';
import type { Step } from './plan.ts';
import type { Work } from './work.ts';

/** What ran before a change that waits for an image or for dependencies, and does not run any more: it is to run on until they are there. */
export interface Former {
  /** With the spec that its instance was made for. */
  readonly container: Container;
  readonly hold: Outcome;
}

/** Undefined where nothing ran, it runs, it is over for good, or nobody knows the spec any more that it was made for. */
export function formerOf(work: Work, steps: readonly Step[], instances: readonly InstanceState[]): Former | undefined {
  const { container, context } = work;
  const hold = holdOf(work, steps);
  const instance = instanceOf(work, instances);
  if (hold === undefined || context.status.current.state?.terminated !== undefined) return undefined;
  if (instance === undefined || instance.task?.pid !== undefined) return undefined;
  const past = madeAs(container, instance, context);
  return past && past !== container ? { container: past, hold } : undefined;
}

/** Why what is wanted cannot be made yet. */
function holdOf({ blocked }: Work, [step]: readonly Step[]): Outcome | undefined {
  if (step?.type === 'AwaitDependencies') return step.hold;
  if (step?.type !== 'AwaitImage') return undefined;
  return blocked ?? { type: 'waiting', reason: REASONS.ImageNotReady, message: step.cause };
}

/** Nothing is done but waiting. */
export const isAwaiting = ([step]: readonly Step[]): boolean =>
  step?.type === 'AwaitDependencies' || step?.type === 'AwaitImage';

/** The pass, as it is about the process that status tells of: a former one is looked after as its own revision says. */
export function workOnRunning(work: Work, instances: readonly InstanceState[]): Work {
  const { container, context } = work;
  const instance = instanceOf(work, instances);
  if (instance === undefined || instance.labels[SPEC_HASH_LABEL] === undefined) return work;
  const own = madeAs(container, instance, context);
  if (own === undefined || own === container) return work;
  const specHash = instance.labels[SPEC_HASH_LABEL];
  return { ...work, container: own, specHash, configuration: readConfiguration(own, context.reader) };
}

function instanceOf({ context }: Work, instances: readonly InstanceState[]): InstanceState | undefined {
  const { containerID: written } = context.status.current;
  return instances.find(({ id }) => containerID(id) === written);
}
