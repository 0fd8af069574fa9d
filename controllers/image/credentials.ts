import type { RegistryCredentials } from '../../runtime/ports/registry.ts';
import type { Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseImageReference, repositoryName } from '../../schemas/values/image-reference.ts';
import { ReconcileError } from '../engine/contract.ts';

const DOCKER_CONFIG_KEY = '.dockerconfigjson';

interface AuthEntry {
  readonly username?: unknown;
  readonly password?: unknown;
  readonly auth?: unknown;
  readonly identitytoken?: unknown;
}

/**
 * The credentials for a reference out of `kubernetes.io/dockerconfigjson` Secrets; the most specific entry of the first Secret that
 * has one. An entry names a registry host, or a host with the beginning of a path; scheme and `/v1/` are what old docker
 * versions wrote. Throws a stalled outcome for a Secret that cannot be read; never tells what is in it.
 */
export function credentialsFor(reference: string, secrets: readonly Secret[]): RegistryCredentials | undefined {
  const repository = repositoryName(parseImageReference(reference));
  for (const secret of secrets) {
    const best = authEntries(secret)
      .map(([key, entry]) => ({ scope: scopeOf(key), entry }))
      .filter(({ scope }) => repository === scope || repository.startsWith(`${scope}/`))
      .sort((a, b) => b.scope.length - a.scope.length)[0];
    const credentials = best && readEntry(best.entry);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
}

function authEntries(secret: Secret): readonly (readonly [string, AuthEntry])[] {
  const encoded = secret.data?.[DOCKER_CONFIG_KEY];
  if (encoded === undefined) throw unreadable(secret, `it has no key ${DOCKER_CONFIG_KEY}`);
  let config: unknown;
  try {
    config = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw unreadable(secret, `${DOCKER_CONFIG_KEY} is no JSON`);
  }
  const auths = (config as { readonly auths?: unknown } | null)?.auths;
  if (!isObject(auths)) throw unreadable(secret, `${DOCKER_CONFIG_KEY} has no "auths"`);
  return Object.entries(auths).filter((entry): entry is [string, AuthEntry] => isObject(entry[1]));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** `https://index.docker.io/v1/` -> `docker.io`; `host:5000/team/` -> `host:5000/team`. */
function scopeOf(key: string): string {
  const bare = key
    .replace(/^https?:\/\//, '')
    .replace(/\/(v1|v2)\/?$/, '')
    .replace(/\/+$/, '');
  return bare.replace(/^(index\.docker\.io|registry-1\.docker\.io)(?=\/|$)/, 'docker.io');
}

function readEntry({ username, password, auth, identitytoken }: AuthEntry): RegistryCredentials | undefined {
  const token = typeof identitytoken === 'string' && identitytoken !== '' ? { identityToken: identitytoken } : {};
  if (typeof username === 'string' && typeof password === 'string') return { username, password, ...token };
  if (typeof auth !== 'string') return undefined;
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), ...token };
}

function unreadable(secret: Secret, problem: string): ReconcileError {
  const { namespace, name } = secret.metadata;
  return new ReconcileError({
    type: 'stalled',
    reason: REASONS.Unauthorized,
    message: `imagePullSecret ${namespace}/${name} cannot be used: ${problem}; make it with type kubernetes.io/dockerconfigjson`,
  });
}
