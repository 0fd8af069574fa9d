import type { Condition, JsonValue } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import type { ConditionInput } from './contract.ts';
import { timestamp } from './timestamp.ts';

export type Status = Readonly<Record<string, unknown>>;

/** What one pass has to say of an object, kept apart from the status so that it can be put on a newer one. */
export interface StatusChanges {
  /** `undefined` removes the field. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** `undefined` removes the condition. */
  readonly conditions: ReadonlyMap<string, ConditionInput | undefined>;
  /** The generation that the pass worked on; undefined for kinds that count none. */
  readonly generation: number | undefined;
  /** Whether status.observedGeneration follows: only when the pass is over and its conditions say how it went. */
  readonly concluded: boolean;
}

/**
 * The status with the changes on it; the very same object when they change nothing. `now` is in milliseconds since the
 * epoch.
 */
export function nextStatus(status: Status, changes: StatusChanges, now: number): Status {
  const next: Record<string, unknown> = { ...status };
  for (const [name, value] of changes.fields) {
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  const before = (status['conditions'] ?? []) as readonly Condition[];
  const conditions = nextConditions(before, changes, now);
  if (conditions.length > 0 || status['conditions'] !== undefined) next['conditions'] = conditions;
  if (changes.concluded && changes.generation !== undefined) next['observedGeneration'] = changes.generation;
  return equal(next as JsonValue, status as JsonValue) ? status : next;
}

/** Keeps the order of those that are there; new ones follow in the order they were set. */
function nextConditions(
  before: readonly Condition[],
  { conditions: changes, generation }: StatusChanges,
  now: number,
): readonly Condition[] {
  if (changes.size === 0) return before;
  const next: Condition[] = [];
  const seen = new Set<string>();
  for (const condition of before) {
    seen.add(condition.type);
    const change = changes.get(condition.type);
    if (change) next.push(nextCondition(condition, change, generation, now));
    else if (!changes.has(condition.type)) next.push(condition);
  }
  for (const [type, change] of changes) {
    if (change && !seen.has(type)) next.push(nextCondition(undefined, change, generation, now));
  }
  return next;
}

/** `lastTransitionTime` moves with `status` alone. */
function nextCondition(
  before: Condition | undefined,
  { type, status, reason, message }: ConditionInput,
  generation: number | undefined,
  now: number,
): Condition {
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(now);
  const condition = { type, status, lastTransitionTime, reason, message };
  return generation === undefined ? condition : { ...condition, observedGeneration: generation };
}
