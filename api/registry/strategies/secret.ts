import { invalid, required, type FieldIssue } from '../../../schemas/structural/issue.ts';
import { isObject, put, type MutableObject } from '../../../schemas/structural/own.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Secret } from '../../../schemas/gen/types.ts';
import { base64Bytes, validateData, validateImmutable } from './data-keys.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Keys that a type promises to its readers. */
const REQUIRED_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);
const JSON_KEYS: ReadonlySet<string> = new Set(['.dockerconfigjson', '.dockercfg']);
const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name';

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
  const missing = (key: string): FieldIssue => required(`data[${key}]`);
  switch (secret.type) {
    case 'kubernetes.io/basic-auth': {
      const keys = ['username', 'password'];
      return keys.some((key) => Object.hasOwn(data, key)) ? [] : keys.map(missing);
    }
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [missing('ssh-privatekey')];
    case 'kubernetes.io/service-account-token':
      return secret.metadata.annotations?.[SERVICE_ACCOUNT]
        ? []
        : [required(`metadata.annotations[${SERVICE_ACCOUNT}]`)];
    default:
      return (REQUIRED_KEYS.get(secret.type ?? '') ?? []).flatMap((key) => {
        if (!Object.hasOwn(data, key)) return [missing(key)];
        if (!JSON_KEYS.has(key) || isJsonObject(data[key] ?? '')) return [];
        return [invalid(`data[${key}]`, '<secret contents redacted>', 'must be a JSON object')];
      });
  }
}

function isJsonObject(base64: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return value === null || isObject(value);
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
