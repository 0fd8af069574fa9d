import { forbidden, invalid, tooLong, type FieldIssue } from '../../../schemas/structural/issue.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { checkConfigKey } from '../../../schemas/values/names.ts';

/** All values of a ConfigMap or Secret together, in bytes. */
const MAX_DATA_BYTES = 1024 * 1024;

/** Bytes of a base64 text, without decoding it. */
export const base64Bytes = (text: string): number =>
  Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

/** Keys that cannot be file names, and more than 1 MiB in all. `size` says how many bytes a value stands for. */
export function validateData(
  maps: readonly {
    readonly field: string;
    readonly map: Readonly<Record<string, string>>;
    readonly size: (value: string) => number;
  }[],
): FieldIssue[] {
  const issues: FieldIssue[] = [];
  let total = 0;
  for (const { field, map, size } of maps) {
    for (const [key, value] of Object.entries(map)) {
      for (const wrong of checkConfigKey(key)) issues.push(invalid(`${field}[${key}]`, key, wrong));
      total += size(value);
    }
  }
  if (total > MAX_DATA_BYTES) issues.push(tooLong('', MAX_DATA_BYTES));
  return issues;
}

/** `immutable: true` freezes the given fields and itself. */
export function validateImmutable(next: KubeObject, current: KubeObject, fields: readonly string[]): FieldIssue[] {
  const before = current as unknown as JsonObject;
  const after = next as unknown as JsonObject;
  if (before['immutable'] !== true) return [];
  const issues: FieldIssue[] = [];
  if (after['immutable'] !== true) issues.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const field of fields) {
    if (!equal(after[field] ?? {}, before[field] ?? {})) {
      issues.push(forbidden(field, 'field is immutable when `immutable` is set'));
    }
  }
  return issues;
}
