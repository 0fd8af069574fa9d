import type { SshSource } from '../../runtime/ports/builders.ts';
import type { Build, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { QuantityError, quantityValue } from '../../schemas/values/quantity.ts';
import { credentialsForHost, PullSecretError } from '../../schemas/values/registry-credentials.ts';
import type { Reader } from '../engine/contract.ts';
import {
  configMapText,
  fullReference,
  secretBytes,
  secretOf,
  secretWithKey,
  stalled,
  versionOf,
} from './references.ts';

/** What the spec says and refers to in ConfigMaps and Secrets, found. */
export interface Inputs {
  readonly args: Readonly<Record<string, string>>;
  /** By id; those that are missing and may be are left out. */
  readonly secrets: ReadonlyMap<string, { readonly secret: Secret; readonly key: string }>;
  readonly ssh: Readonly<Record<string, SshSource>>;
  /** Of the Secrets with its keys. */
  readonly sshVersions: readonly string[];
  readonly pullSecrets: readonly Secret[];
  readonly shmBytes?: number;
  /** The full form of `spec.reference`. */
  readonly reference?: string;
  /** os/arch[/variant], never empty. */
  readonly platforms: readonly string[];
}

/** Throws a waiting outcome for what is missing, a stalled one for what cannot be. */
export function resolveInputs(build: Build, reader: Reader, platform: string): Inputs {
  const { spec } = build;
  const shmBytes = spec.shmSize === undefined ? undefined : bytesOf(spec.shmSize);
  const reference = spec.reference === undefined ? undefined : fullReference(spec.reference, 'spec.reference');
  return {
    args: resolveArgs(build, reader),
    secrets: resolveSecrets(build, reader),
    ...resolveSsh(build, reader),
    pullSecrets: (spec.imagePullSecrets ?? []).map(({ name }) => pullSecret(secretOf(build, name, reader))),
    ...(shmBytes === undefined ? {} : { shmBytes }),
    ...(reference === undefined ? {} : { reference }),
    platforms: spec.platforms === undefined || spec.platforms.length === 0 ? [platform] : spec.platforms,
  };
}

/** Versions, never values: those of unrelated keys of a Secret count, too. */
export const secretVersions = ({ secrets }: Inputs): Readonly<Record<string, string>> =>
  Object.fromEntries([...secrets].map(([id, { secret, key }]) => [id, `${versionOf(secret)}/${key}`]));

/** Versions of what decides whether a build may, and not what it builds: Secrets for registries and ssh. */
export const credentialVersions = ({ pullSecrets, sshVersions }: Inputs): string =>
  fingerprint([pullSecrets.map(versionOf), sshVersions]);

/** An argument whose ConfigMap is missing, and may be, is not given at all: its default in the Dockerfile counts. */
function resolveArgs(build: Build, reader: Reader): Record<string, string> {
  const entries = (build.spec.args ?? []).flatMap(({ name, value, valueFrom }) => {
    const source = valueFrom?.configMapKeyRef;
    const text = source === undefined ? (value ?? '') : configMapText(build, source, reader);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(entries);
}

function resolveSecrets(build: Build, reader: Reader): Inputs['secrets'] {
  const found = new Map<string, { readonly secret: Secret; readonly key: string }>();
  for (const { id, secretKeyRef } of build.spec.secrets ?? []) {
    const secret = secretWithKey(build, secretKeyRef, reader);
    if (secret !== undefined) found.set(id, { secret, key: secretKeyRef.key });
  }
  return found;
}

function resolveSsh(build: Build, reader: Reader): Pick<Inputs, 'ssh' | 'sshVersions'> {
  const found: Record<string, SshSource> = {};
  const sshVersions: string[] = [];
  for (const { id = 'default', agentSocket, secretKeyRef } of build.spec.ssh ?? []) {
    if (agentSocket !== undefined) found[id] = { type: 'agent', socket: agentSocket };
    const secret = secretKeyRef && secretWithKey(build, secretKeyRef, reader);
    if (secret === undefined) continue;
    sshVersions.push(versionOf(secret));
    const key = secretBytes(secret, secretKeyRef?.key ?? '');
    found[id] = { type: 'keys', privateKeys: [Buffer.from(key ?? []).toString('utf8')] };
  }
  return { ssh: found, sshVersions };
}

/** One that cannot be read is told of here, before a builder asks for what is in it. */
function pullSecret(secret: Secret): Secret {
  try {
    credentialsForHost('docker.io', [secret]);
    return secret;
  } catch (error) {
    if (!(error instanceof PullSecretError)) throw error;
    throw stalled(REASONS.Unauthorized, error.message);
  }
}

function bytesOf(quantity: string | number): number {
  try {
    return quantityValue(quantity);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw stalled(REASONS.InvalidSpec, `spec.shmSize: ${error.message}`);
  }
}
