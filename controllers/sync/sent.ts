import type { Sync } from '../../schemas/gen/types.ts';
import type { JsonValue, KubeObject, ObjectInput } from '../../schemas/object.ts';
import { PART_OF_LABEL } from '../../schemas/values/apply-set/marks.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { stepsOf, valueAt, withValueAt } from './pointer.ts';
import type { Target, WantedObject } from './target.ts';

type Ignore = NonNullable<NonNullable<Sync['spec']['drift']>['ignore']>[number];

/** The fields of an object that are left to others once it is there. */
export function ignoredPointers(sync: Sync, { object }: WantedObject): readonly string[] {
  const { apiVersion, kind, metadata } = object;
  const fits = (rule: Ignore): boolean =>
    (rule.apiVersion ?? apiVersion) === apiVersion &&
    (rule.kind ?? kind) === kind &&
    (rule.namespace === undefined || rule.namespace === metadata.namespace) &&
    (rule.name ?? metadata.name) === metadata.name;
  return (sync.spec.drift?.ignore ?? []).filter(fits).flatMap(({ pointers }) => pointers);
}

/** What identifies a manifest is never somebody else's. */
const FIXED = /^\/(apiVersion|kind|metadata(\/(name|namespace|labels))?)$/;

/** What is sent of an object: a member of the ApplySet, with what stands there now in the fields that are left to others. */
export function sentObject(
  { wanted }: Target,
  set: string,
  pointers: readonly string[],
  live: KubeObject | undefined,
): ObjectInput {
  const { object } = wanted;
  const labels = { ...object.metadata.labels, [PART_OF_LABEL]: set };
  const member: ObjectInput = { ...object, metadata: { ...object.metadata, labels } };
  if (live === undefined || pointers.length === 0) return member;
  let value: JsonValue | undefined = member as unknown as JsonValue;
  for (const pointer of pointers) {
    if (FIXED.test(pointer) || pointer.startsWith(`/metadata/labels/${PART_OF_LABEL.replace('/', '~1')}`)) continue;
    const steps = stepsOf(pointer);
    value = withValueAt(value, steps, valueAt(live as unknown as JsonValue, steps));
  }
  return value as unknown as ObjectInput;
}

/** What stands for what is sent: the same object under other rules is another one. */
export const sentDigest = ({ wanted }: Target, pointers: readonly string[]): string =>
  pointers.length === 0 ? wanted.digest : fingerprint([wanted.digest, pointers], 64);
