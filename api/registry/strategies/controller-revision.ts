import { invalid, required, type FieldIssue } from '../../../schemas/structural/issue.ts';
import type { ControllerRevision } from '../../../schemas/gen/types.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** apps/v1 ControllerRevision: what it holds never changes, its number may. */
export const controllerRevisionStrategy: Strategy = {
  ...builtinStrategy,
  validate(next, current) {
    const { data, revision } = next as ControllerRevision;
    const issues: FieldIssue[] = [];
    if (data === undefined) issues.push(required('data', 'data is mandatory'));
    if (revision < 0) {
      issues.push(invalid('revision', revision, 'must be greater than or equal to 0'));
    }
    if (current !== undefined) {
      const before = (current as ControllerRevision).data;
      if (!equal(before ?? {}, data ?? {})) issues.push(invalid('data', data, 'field is immutable'));
    }
    return issues;
  },
};
