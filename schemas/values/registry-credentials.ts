/** Credentials for registries out of `kubernetes.io/dockerconfigjson` Secrets. */
import type { Secret } from '../gen/types.ts';
import { parseImageReference, repositoryName } from './image-reference.ts';

const DOCKER_CONFIG_KEY = '.dockerconfigjson';

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  /** A refresh token, used instead of the password where there is one. */
  readonly identityToken?: string;
}

/** A Secret that cannot be read as one of its type. The message never tells what is in it. */
export class PullSecretError extends Error {
  override readonly name = 'PullSecretError';
}

interface AuthEntry {
  readonly username?: unknown;
  readonly password?: unknown;
  readonly auth?: unknown;
  readonly identitytoken?: unknown;
}

/**
 * The credentials for a reference; the most specific entry of the first Secret that has one. An entry names a registry host, or a
 * host with the beginning of a path; scheme and `/v1/` are what old docker versions wrote. Throws PullSecretError.
 */
export function credentialsFor(reference: string, secrets: readonly Secret[]): RegistryLogin | undefined {
  const repository = repositoryName(parseImageReference(reference));
  return firstLogin(secrets, (scope) => repository === scope || repository.startsWith(`${scope}/`), longestFirst);
}

/**
 * The credentials for a host, for somebody who asks for no more than that: those of the host itself, else of a path on it. Throws
 * PullSecretError.
 */
export function credentialsForHost(host: string, secrets: readonly Secret[]): RegistryLogin | undefined {
  const wanted = scopeOf(host);
  return firstLogin(secrets, (scope) => scope === wanted || scope.startsWith(`${wanted}/`), shortestFirst);
}

type Order = (a: string, b: string) => number;
const longestFirst: Order = (a, b) => b.length - a.length;
const shortestFirst: Order = (a, b) => a.length - b.length;

function firstLogin(
  secrets: readonly Secret[],
  matches: (scope: string) => boolean,
  order: Order,
): RegistryLogin | undefined {
  for (const secret of secrets) {
    const best = authEntries(secret)
      .map(([key, entry]) => ({ scope: scopeOf(key), entry }))
      .filter(({ scope }) => matches(scope))
      .sort((a, b) => order(a.scope, b.scope))[0];
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

function readEntry({ username, password, auth, identitytoken }: AuthEntry): RegistryLogin | undefined {
  const token = typeof identitytoken === 'string' && identitytoken !== '' ? { identityToken: identitytoken } : {};
  if (typeof username === 'string' && typeof password === 'string') return { username, password, ...token };
  if (typeof auth !== 'string') return undefined;
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), ...token };
}

function unreadable({ metadata: { namespace, name } }: Secret, problem: string): PullSecretError {
  const advice = 'make it with type kubernetes.io/dockerconfigjson';
  return new PullSecretError(`imagePullSecret ${namespace}/${name} cannot be used: ${problem}; ${advice}`);
}
