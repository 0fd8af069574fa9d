import type { Namespace } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { DEFAULT_NETWORK, hasDefaultNetwork } from '../../schemas/values/container-networks.ts';
import type { Controller, PlanContext, Planned } from '../engine/contract.ts';

/** What would be done for a namespace: all that is in one goes with it. */
export function foretellNamespace(namespace: Namespace, { before }: PlanContext): Planned {
  const { name, deletionTimestamp } = namespace.metadata;
  if (deletionTimestamp !== undefined) {
    const cause = 'the namespace is deleted';
    return {
      action: 'Delete',
      message: 'deleted with all objects in it',
      steps: [{ type: 'Empty', target: name, cause }],
    };
  }
  if (before.get(namespace, undefined, name) !== undefined || !hasDefaultNetwork(namespace)) {
    return { action: 'None', message: 'nothing is done for the object by itself', steps: [] };
  }
  const steps = [{ type: 'CreateNetwork', target: DEFAULT_NETWORK, cause: 'every namespace has one' }];
  return { action: 'Create', message: 'made, and a default Network in it', steps };
}

type TakesAlong = NonNullable<Controller<Namespace>['takesAlong']>;

/** Of the kinds that somebody plans for: all others have nothing done. */
export const contentOf: TakesAlong = ({ metadata: { name } }, { kinds, reader }): readonly KubeObject[] =>
  kinds.flatMap((kind) => reader.list(kind, { namespace: name }));
