import type { CommitVerification, GitRef, GitSourceCredentials, SyncSource } from '../../runtime/ports/sync-sources.ts';
import type { RegistryCredentials } from '../../runtime/ports/registry.ts';
import type { Secret, Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { credentialsFor, PullSecretError } from '../../schemas/values/registry-credentials.ts';
import { secretEntries, secretText, stalled } from './references.ts';

/** Finds a Secret by its name; throws a waiting outcome when it is missing. */
export type FindSecret = (name: string) => Secret;

type Spec = Sync['spec']['source'];
type GitSpec = NonNullable<Spec['git']>;
type OciSpec = NonNullable<Spec['oci']>;

/** The source of a Sync with its credentials found. Throws a stalled outcome for a Secret that cannot serve. */
export function sourceOf({ directory, git, oci }: Spec, secret: FindSecret): SyncSource {
  if (git !== undefined) return gitSource(git, secret);
  if (oci !== undefined) return ociSource(oci, secret);
  if (directory !== undefined) return { type: 'directory', path: directory.path };
  throw stalled(REASONS.InvalidSpec, 'spec.source: one of directory, git and oci must be there');
}

function gitSource({ url, ref, submodules = false, secretRef, verify }: GitSpec, secret: FindSecret): SyncSource {
  return {
    type: 'git',
    url,
    ref: gitRef(ref ?? {}),
    submodules,
    ...(secretRef === undefined ? {} : { credentials: gitCredentials(secret(secretRef.name)) }),
    ...(verify === undefined ? {} : { verify: verification(verify, secret) }),
  };
}

function gitRef({ branch, tag, semver, commit }: NonNullable<GitSpec['ref']>): GitRef {
  if (branch !== undefined) return { type: 'branch', name: branch };
  if (tag !== undefined) return { type: 'tag', name: tag };
  if (commit !== undefined) return { type: 'commit', name: commit };
  return semver === undefined ? { type: 'default' } : { type: 'semver', range: semver };
}

/** A token that is the password needs no name; servers want some. */
function gitCredentials(secret: Secret): GitSourceCredentials {
  const privateKey = secretText(secret, 'ssh-privatekey');
  if (privateKey !== undefined) {
    const knownHosts = secretText(secret, 'known_hosts');
    return { type: 'ssh', privateKey, ...(knownHosts === undefined ? {} : { knownHosts }) };
  }
  const [username, password] = [secretText(secret, 'username'), secretText(secret, 'password')];
  if (username !== undefined || password !== undefined)
    return { type: 'basic', username: username ?? 'git', password: password ?? '' };
  const { namespace, name } = secret.metadata;
  throw stalled(
    REASONS.Unauthorized,
    `Secret ${namespace}/${name} has neither username and password nor ssh-privatekey: make it of type kubernetes.io/basic-auth or kubernetes.io/ssh-auth`,
  );
}

function verification(verify: NonNullable<GitSpec['verify']>, find: FindSecret): CommitVerification {
  const secret = find(verify.secretRef.name);
  const entries = secretEntries(secret);
  const isGpg = ([key]: readonly [string, Buffer]): boolean => /\.(asc|gpg)$/.test(key);
  if (entries.length === 0) {
    const { namespace, name } = secret.metadata;
    throw stalled(REASONS.InvalidSpec, `Secret ${namespace}/${name} has no public key to check signatures with`);
  }
  return {
    what: verify.mode === 'Tag' ? 'tag' : 'commit',
    gpgKeys: entries.filter(isGpg).map(([, bytes]) => bytes),
    sshKeys: entries.filter((entry) => !isGpg(entry)).map(([, bytes]) => bytes.toString('utf8')),
  };
}

function ociSource({ reference, semver, insecure = false, secretRef }: OciSpec, secret: FindSecret): SyncSource {
  const credentials = secretRef && ociCredentials(reference, secret(secretRef.name));
  return {
    type: 'oci',
    reference,
    insecure,
    ...(semver === undefined ? {} : { semver }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function ociCredentials(reference: string, secret: Secret): RegistryCredentials | undefined {
  try {
    return credentialsFor(reference, [secret]);
  } catch (error) {
    if (!(error instanceof PullSecretError)) throw error;
    throw stalled(REASONS.Unauthorized, error.message);
  }
}
