import { invalid, type FieldIssue } from '../../../schemas/structural/issue.ts';
import type { Lease } from '../../../schemas/gen/types.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** coordination.k8s.io/v1 Lease: PUT creates, and wants the version that it replaces. */
export const leaseStrategy: Strategy = {
  ...builtinStrategy,
  allowUnconditionalUpdate: false,
  allowCreateOnUpdate: true,
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
