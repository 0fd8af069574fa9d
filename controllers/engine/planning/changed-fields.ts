import type { KubeObject } from '../../../schemas/object.ts';
import { canonicalJson } from '../../../schemas/values/fingerprint.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of the spec that differ, sorted, as people write them: `spec.mtu`. */
export function changedFields(before: KubeObject | undefined, after: KubeObject): readonly string[] {
  const [old, now] = [specOf(before), specOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => canonicalJson(old[name]) !== canonicalJson(now[name]))
    .toSorted()
    .map((name) => `spec.${name}`);
}

const specOf = (object: KubeObject | undefined): Fields =>
  (object as { readonly spec?: Fields } | undefined)?.spec ?? {};

/** `spec.mtu and spec.internal changed`; empty when there are none. */
export function changedText(fields: readonly string[]): string {
  const last = fields.at(-1);
  if (last === undefined) return '';
  return `${fields.length === 1 ? last : `${fields.slice(0, -1).join(', ')} and ${last}`} changed`;
}
