import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { containerID, SPEC_HASH_LABEL, specHash } from './names.ts';
import type { Hold, Step } from './plan.ts';
import { revisionsOf } from './rollout/record.ts';
import { asItRuns } from './rollout/revision.ts';
import type { Work } from './work.ts';

/** What ran before a change that waits for its dependencies, and does not run any more: it is to run on until they are there. */
export interface Former {
  /** With the spec that its instance was made for. */
  readonly container: Container;
  readonly hold: Hold;
}

/** Undefined where nothing ran, it runs, it is over for good, or nobody knows the spec any more that it was made for. */
export function formerOf(
  { container, context: { reader, status } }: Work,
  steps: readonly Step[],
  instances: readonly InstanceState[],
): Former | undefined {
  const [step] = steps;
  const { containerID: written, state, configurationHash } = status.current;
  if (step?.type !== 'AwaitDependencies' || state?.terminated !== undefined) return undefined;
  const instance = instances.find(({ id }) => containerID(id) === written);
  if (instance === undefined || instance.task?.pid !== undefined) return undefined;
  const past = revisionsOf(container, reader)
    .map((revision) => asItRuns(container, revision))
    .find((each) => specHash(each, configurationHash) === instance.labels[SPEC_HASH_LABEL]);
  return past && { container: past, hold: step.hold };
}
