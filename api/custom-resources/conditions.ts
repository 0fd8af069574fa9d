import type { CustomResourceDefinition, CustomResourceDefinitionStatusCondition } from '../../schemas/gen/types.ts';
import { formatTime } from '../../schemas/values/time.ts';

export type ConditionType = 'NamesAccepted' | 'Established' | 'Terminating';

/** One condition of a CustomResourceDefinition, without its time. */
export interface CrdCondition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const conditionOf = (
  { status }: CustomResourceDefinition,
  type: ConditionType,
): CustomResourceDefinitionStatusCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export const isTrue = (crd: CustomResourceDefinition, type: ConditionType): boolean =>
  conditionOf(crd, type)?.status === 'True';

/** The conditions with this one in its place, or at the end. Its time moves only with its status. `now` in milliseconds. */
export function setCondition(
  conditions: readonly CustomResourceDefinitionStatusCondition[],
  condition: CrdCondition,
  now: number,
): readonly CustomResourceDefinitionStatusCondition[] {
  const { type, status, reason, message } = condition;
  const former = conditions.find((one) => one.type === type);
  const lastTransitionTime = former?.status === status ? former.lastTransitionTime : formatTime(now);
  const next = { type, status, lastTransitionTime: lastTransitionTime ?? formatTime(now), reason, message };
  return former === undefined ? [...conditions, next] : conditions.map((one) => (one === former ? next : one));
}
