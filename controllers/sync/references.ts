import type { ConfigMap, Secret, Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { SECRET } from './names.ts';

export const waiting = (reason: string, message: string, requeueAfterMs?: number): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason, message, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) });

export const stalled = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'stalled', reason, message });

/** A Secret of the Sync's namespace. Throws a waiting outcome that names it when it is missing. */
export function secretOf({ metadata }: Sync, name: string, reader: Reader): Secret {
  const secret = reader.get<Secret>(SECRET, metadata.namespace, name);
  if (secret !== undefined) return secret;
  throw waiting(REASONS.SecretNotFound, `Secret ${metadata.namespace}/${name} is not there`);
}

/** Another version of it may be another content. What is in it is never told. */
export const versionOf = ({ metadata }: Secret | ConfigMap): string => `${metadata.uid}/${metadata.resourceVersion}`;

/** All keys of a Secret, decoded. */
export const secretEntries = ({ data = {} }: Secret): readonly (readonly [key: string, value: Buffer])[] =>
  Object.entries(data).map(([key, encoded]) => [key, Buffer.from(encoded, 'base64')]);

export function secretText(secret: Secret, key: string): string | undefined {
  const { data = {} } = secret;
  const encoded = Object.hasOwn(data, key) ? data[key] : undefined;
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Names of all Secrets that a Sync refers to; for an index. */
export function secretNames({ spec }: Sync): readonly string[] {
  const { git, oci } = spec.source;
  const { decryption, webhook, notifications = [], commitStatus } = spec;
  const ofSource = [git?.secretRef, git?.verify?.secretRef, oci?.secretRef, decryption?.secretRef];
  const ofOthers = [webhook, commitStatus, ...notifications].map((one) => one?.secretRef);
  const named = [...ofSource, ...ofOthers];
  const variables = (spec.substitute?.from ?? []).filter(({ kind }) => kind === 'Secret');
  return [...new Set([...named, ...variables].flatMap((one) => (one === undefined ? [] : [one.name])))];
}

/** The same of ConfigMaps. */
export function configMapNames({ spec }: Sync): readonly string[] {
  const variables = (spec.substitute?.from ?? []).filter(({ kind }) => kind === 'ConfigMap');
  return [...new Set(variables.map(({ name }) => name))];
}
