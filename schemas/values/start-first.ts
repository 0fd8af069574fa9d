/** Whether a change by StartFirst can be one: two instances of a Container beside each other. */
import type { ContainerSpec } from '../gen/types.ts';

type Spec = Partial<Pick<ContainerSpec, 'restartPolicy' | 'hostNetwork' | 'networkMode'>>;

/**
 * Why the instance of `after` cannot be prepared beside that of `before`, which serves: as a clause, for people. Undefined: nothing in the
 * specs speaks against it. A process that may come to an end that is wanted serves nobody, and a network that is not its own cannot lead
 * to one of two.
 */
export function gapCause(after: Spec, before: Spec): string | undefined {
  const { restartPolicy = 'Always' } = after;
  if (restartPolicy !== 'Always') return `restartPolicy is ${restartPolicy}`;
  const until = networkCause(before);
  return networkCause(after) ?? (until === undefined ? undefined : `until now ${until}`);
}

function networkCause({ hostNetwork, networkMode }: Spec): string | undefined {
  if (hostNetwork === true) return 'hostNetwork is set';
  return networkMode === undefined ? undefined : `networkMode is ${networkMode}`;
}
