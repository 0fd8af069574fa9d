/** Secrets are compared without being shown. */
import type { JsonObject, JsonValue, KubeObject } from '../../schemas/object.ts';
import { isObject, own, put, type MutableObject } from '../../schemas/structural/own.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { fieldChanges, type FieldChange } from './field-changes.ts';

const MASK = '***';
const BEFORE = '*** (before)';
const AFTER = '*** (after)';
/** Where a client-side apply keeps the whole manifest. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const isSecret = ({ apiVersion, kind }: KubeObject): boolean => apiVersion === 'v1' && kind === 'Secret';

/** What differs between two states of an object, with stars for what a Secret keeps. */
export function maskedChanges(live: KubeObject | undefined, merged: KubeObject | undefined): readonly FieldChange[] {
  const changes = fieldChanges(live, merged);
  const some = live ?? merged;
  if (some === undefined || !isSecret(some)) return changes;
  return changes.map(({ path, before, after }) => ({
    path,
    ...(before === undefined ? {} : { before: maskedValue(path, before) }),
    ...(after === undefined ? {} : { after: maskedValue(path, after) }),
  }));
}

function maskedValue(path: string, value: JsonValue): JsonValue {
  if (path === `metadata.annotations[${LAST_APPLIED}]`) return MASK;
  if (path === 'metadata.annotations' && isObject(value)) return starsAt(value, [LAST_APPLIED]);
  if (!/^(?:data|stringData)\b/.test(path)) return value;
  return isObject(value) ? starsAt(value, Object.keys(value)) : MASK;
}

function starsAt(value: JsonObject, keys: readonly string[]): JsonObject {
  const result: MutableObject = { ...value };
  for (const key of keys.filter((one) => Object.hasOwn(value, one))) put(result, key, MASK);
  return result;
}

type Pair = readonly [live: KubeObject | undefined, merged: KubeObject | undefined];

/** Both as they are, but for the values of a Secret: stars in their place, and words beside those that differ, as kubectl does. */
export function maskSecrets(live: KubeObject | undefined, merged: KubeObject | undefined): Pair {
  const some = merged ?? live;
  if (some === undefined || !isSecret(some)) return [live, merged];
  return [live && masked(live, merged, BEFORE), merged && masked(merged, live, AFTER)];
}

function masked(object: KubeObject, other: KubeObject | undefined, changed: string): KubeObject {
  const { metadata } = object;
  const annotations = maskedKeys(metadata.annotations, other?.metadata.annotations, changed, [LAST_APPLIED]);
  const [data, stringData] = (['data', 'stringData'] as const).map((field) =>
    maskedKeys(valuesOf(object, field), valuesOf(other, field), changed),
  );
  return {
    ...object,
    ...(data === undefined ? {} : { data }),
    ...(stringData === undefined ? {} : { stringData }),
    metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) } as KubeObject['metadata'],
  };
}

function valuesOf(object: KubeObject | undefined, field: 'data' | 'stringData'): JsonObject | undefined {
  const values = object === undefined ? undefined : own(object as unknown as JsonObject, field);
  return isObject(values) ? values : undefined;
}

function maskedKeys(
  values: JsonObject | undefined,
  others: JsonObject | undefined,
  changed: string,
  only?: readonly string[],
): JsonObject | undefined {
  if (values === undefined) return undefined;
  const result: MutableObject = {};
  for (const [key, value] of Object.entries(values)) {
    const other = others === undefined ? undefined : own(others, key);
    const differs = other !== undefined && !equal(value, other);
    const shown = only === undefined || only.includes(key) ? (differs ? changed : MASK) : value;
    put(result, key, shown as JsonValue);
  }
  return result;
}
