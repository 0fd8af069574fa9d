import type { Condition, KubeObject } from '../../schemas/object.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import { shownName } from '../kinds/directory.ts';
import type { Unmet } from './await-objects.ts';

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Why waiting for an object ended without success, and what the object says of itself. */
export function unmetLines({ awaited, why, last, looked }: Unmet): readonly string[] {
  const { kind, name } = awaited;
  if (why !== 'timeout') return [why.line];
  return [
    `error: timed out waiting for the condition on ${kind.plural}/${name}`,
    `  ${looked ? presentState(last, shownName(kind, name)) : 'the server has not answered in time'}`,
  ];
}

function presentState(object: KubeObject | undefined, shown: string): string {
  if (object === undefined) return `${shown} is not there`;
  const { finalizers = [], deletionTimestamp } = object.metadata;
  const told = ['Stalled', 'Reconciling', 'Ready'].flatMap((type) => {
    const condition = (object as Conditioned).status?.conditions?.find((one) => one.type === type);
    return condition === undefined
      ? []
      : [
          `${type} is ${condition.status}: ${condition.reason}${condition.message === '' ? '' : `: ${condition.message}`}`,
        ];
  });
  const deleting =
    deletionTimestamp === undefined
      ? []
      : [`is being deleted since ${deletionTimestamp}, held by ${finalizers.join(', ') || 'nobody'}`];
  const [first = computeStatus(object).message] = [...deleting, ...told];
  return `${shown}: ${first}`;
}
