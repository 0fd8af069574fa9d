/** Values at the simple paths (`.spec.replicas`) of a kind's `scale`. */
import type { ScalePaths } from '../../../schemas/kind-definition.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../../schemas/object.ts';
import { invalid, type FieldIssue } from '../../../schemas/structural/issue.ts';
import { isObject, own, put, shallow } from '../../../schemas/structural/own.ts';

const MAX_INT32 = 2 ** 31 - 1;

export const stepsOf = (path: string): readonly string[] => path.replace(/^\./, '').split('.');

/** undefined where nothing is. */
export function valueAt(object: KubeObject, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = object as unknown as JsonObject;
  for (const step of stepsOf(path)) at = isObject(at) ? own(at, step) : undefined;
  return at;
}

/** The object with a value at a path; objects on the way are made. What stands in the way is replaced. */
export function withValueAt(object: JsonObject, [step = '', ...rest]: readonly string[], value: JsonValue): JsonObject {
  const copy = shallow(object);
  const inner = own(object, step);
  put(copy, step, rest.length === 0 ? value : withValueAt(isObject(inner) ? inner : {}, rest, value));
  return copy;
}

/** What is wrong with the numbers and the selector of an object that has a scale, in the real server's words. */
export function validateScale(paths: ScalePaths, object: KubeObject): readonly FieldIssue[] {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = paths;
  const selector = labelSelectorPath === undefined ? undefined : valueAt(object, labelSelectorPath);
  return [
    ...validateCount(specReplicasPath, valueAt(object, specReplicasPath)),
    ...validateCount(statusReplicasPath, valueAt(object, statusReplicasPath)),
    ...(labelSelectorPath === undefined || selector === undefined || typeof selector === 'string'
      ? []
      : [invalid(labelSelectorPath, '', `${labelSelectorPath} accessor error: expected string`)]),
  ];
}

function validateCount(path: string, value: JsonValue | undefined): readonly FieldIssue[] {
  if (value === undefined) return [];
  if (typeof value !== 'bigint' && (typeof value !== 'number' || !Number.isInteger(value))) {
    return [invalid(path, 0, `${path} accessor error: expected int64`)];
  }
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
  return value > MAX_INT32 ? [invalid(path, value, `should be less than or equal to ${MAX_INT32}`)] : [];
}
