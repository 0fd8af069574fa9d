import { invalid, required, type FieldIssue } from '../../../schemas/structural/issue.ts';
import { put, type MutableObject } from '../../../schemas/structural/own.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Secret } from '../../../schemas/gen/types.ts';
import { base64Bytes, validateData, validateImmutable } from './data-keys.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Keys that a type promises to its readers. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const JSON_KEYS: ReadonlySet<string> = new Set(['.dockerconfigjson', '.dockercfg']);

/** stringData goes to data (and wins there), type gets its default. */
function normalise(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object as Secret;
  const type = rest.type === undefined || rest.type === '' ? 'Opaque' : rest.type;
  if (stringData === undefined) return rest.type === type ? object : ({ ...rest, type } as KubeObject);
  const data: MutableObject = { ...rest.data };
  for (const [key, text] of Object.entries(stringData)) put(data, key, Buffer.from(text, 'utf8').toString('base64'));
  return { ...rest, type, data } as KubeObject;
}

/** Messages name keys, never values. */
function validateKeys(secret: Secret): FieldIssue[] {
  const data: Readonly<Record<string, string>> = secret.data ?? {};
  const issues: FieldIssue[] = [];
  const wanted = Object.hasOwn(REQUIRED_KEYS, secret.type ?? '') ? (REQUIRED_KEYS[secret.type ?? ''] ?? []) : [];
  for (const key of wanted) {
    if (!Object.hasOwn(data, key)) issues.push(required(`data[${key}]`));
    else if (JSON_KEYS.has(key) && !isJson(data[key] ?? '')) {
      issues.push(invalid(`data[${key}]`, '<secret contents redacted>', 'must be JSON'));
    }
  }
  return issues;
}

function isJson(base64: string): boolean {
  try {
    JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** core/v1 Secret. */
export const secretStrategy: Strategy = {
  ...builtinStrategy,
  prepareForCreate: normalise,
  prepareForUpdate: (next, current) => {
    const wanted = normalise(next) as Secret;
    const given = (next as Secret).type;
    return given === undefined || given === '' ? { ...wanted, type: (current as Secret).type ?? 'Opaque' } : wanted;
  },
  validate(next, current) {
    const secret = next as Secret;
    const issues = validateData([{ field: 'data', map: secret.data ?? {}, size: base64Bytes }]);
    issues.push(...validateKeys(secret));
    if (current !== undefined) {
      if (secret.type !== (current as Secret).type) issues.push(invalid('type', secret.type, 'field is immutable'));
      issues.push(...validateImmutable(next, current, ['data']));
    }
    return issues;
  },
};
