import type { Build, ConfigMap, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import {
  fullImageReference,
  ImageReferenceError,
  readableImageReference,
} from '../../schemas/values/image-reference.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { CONFIG_MAP, SECRET } from './names.ts';

interface KeySelector {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export const waiting = (reason: string, message: string, requeueAfterMs?: number): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason, message, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) });

export const stalled = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'stalled', reason, message });

/** A Secret of the Build's namespace. Throws a waiting outcome that names it when it is missing. */
export function secretOf({ metadata }: Build, name: string, reader: Reader): Secret {
  const secret = reader.get<Secret>(SECRET, metadata.namespace, name);
  if (secret !== undefined) return secret;
  throw waiting(REASONS.SecretNotFound, `Secret ${metadata.namespace}/${name} is not there`);
}

/** The Secret that has a key; undefined when it, or the key, is missing and may be. */
export function secretWithKey(build: Build, { name, key, optional }: KeySelector, reader: Reader): Secret | undefined {
  const { namespace } = build.metadata;
  const secret = optional ? reader.get<Secret>(SECRET, namespace, name) : secretOf(build, name, reader);
  if (secret === undefined || Object.hasOwn(secret.data ?? {}, key)) return secret;
  if (optional) return undefined;
  throw waiting(REASONS.KeyNotFound, `Secret ${namespace}/${name} has no key ${key}`);
}

/** The text of a key; undefined when it, or its ConfigMap, is missing and may be. Throws a waiting outcome otherwise. */
export function configMapText({ metadata }: Build, selector: KeySelector, reader: Reader): string | undefined {
  const { name, key, optional } = selector;
  const what = `ConfigMap ${metadata.namespace}/${name}`;
  const found = reader.get<ConfigMap>(CONFIG_MAP, metadata.namespace, name);
  if (found === undefined) {
    if (optional) return undefined;
    throw waiting(REASONS.ConfigMapNotFound, `${what} is not there`);
  }
  const text = ownText(found.data, key);
  if (text !== undefined) return text;
  const binary = ownText(found.binaryData, key);
  if (binary !== undefined) return Buffer.from(binary, 'base64').toString('utf8');
  if (optional) return undefined;
  throw waiting(REASONS.KeyNotFound, `${what} has no key ${key}`);
}

const ownText = (data: Readonly<Record<string, string>> | undefined, key: string): string | undefined =>
  data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;

/** Another version of it may be another content. What is in it is never told. */
export const versionOf = ({ metadata }: Secret): string => `${metadata.uid}/${metadata.resourceVersion}`;

/** The bytes of a key. */
export const secretBytes = (secret: Secret | undefined, key: string): Uint8Array | undefined => {
  const encoded = ownText(secret?.data, key);
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
};

/** The full form of a reference in the spec. Throws a stalled outcome for one that cannot be read. */
export function fullReference(text: string, field: string): string {
  try {
    return fullImageReference(text);
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    throw stalled(REASONS.InvalidImageName, `${field}: ${error.message}`);
  }
}

/** As `fullReference`; none for what cannot be read. For indexes. */
export function fullReferences(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.flatMap((text) => readableImageReference(text) ?? []);
}

/** Names of all Secrets that a Build refers to, and of all ConfigMaps; for indexes. */
export function secretNames({ spec }: Build): readonly string[] {
  const { context = {}, contexts = [], secrets = [], ssh = [], imagePullSecrets = [] } = spec;
  const named = [context, ...contexts].flatMap(({ git, http }) => [git?.secretRef?.name, http?.secretRef?.name]);
  const keys = [...secrets, ...ssh].map(({ secretKeyRef }) => secretKeyRef?.name);
  const all = [...named, ...keys, ...imagePullSecrets.map(({ name }) => name)];
  return [...new Set(all.filter((name) => name !== undefined))];
}

export function configMapNames({ spec }: Build): readonly string[] {
  const all = (spec.args ?? []).map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name);
  return [...new Set(all.filter((name) => name !== undefined))];
}
