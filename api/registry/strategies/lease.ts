import { invalid, type FieldIssue } from '../../../schemas/structural/issue.ts';
import type { Lease } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Coordinated election is off on a real server too, unless somebody turns it on: its fields are dropped. */
function withoutElection(object: KubeObject, before: Lease['spec'] = {}): KubeObject {
  const { spec } = object as Lease;
  if (spec?.strategy === undefined && spec?.preferredHolder === undefined) return object;
  const { strategy, preferredHolder, ...rest } = spec;
  return {
    ...object,
    spec: {
      ...rest,
      ...(before.strategy === undefined || strategy === undefined ? {} : { strategy }),
      ...(before.preferredHolder === undefined || preferredHolder === undefined ? {} : { preferredHolder }),
    },
  } as KubeObject;
}

/** coordination.k8s.io/v1 Lease: PUT creates, and wants the version that it replaces. */
export const leaseStrategy: Strategy = {
  ...builtinStrategy,
  allowUnconditionalUpdate: false,
  allowCreateOnUpdate: true,
  prepareForCreate: (lease) => withoutElection(lease),
  prepareForUpdate: (next, current) => withoutElection(next, (current as Lease).spec),
  validate(next) {
    const { spec } = next as Lease;
    const issues: FieldIssue[] = [];
    const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec ?? {};
    if (duration !== undefined && duration <= 0) {
      issues.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
    }
    if (transitions !== undefined && transitions < 0) {
      issues.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    }
    return issues;
  },
};
