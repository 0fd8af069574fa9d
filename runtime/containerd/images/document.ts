import { RuntimeError } from '../../errors.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { isDigest } from './digest.ts';

/** Largest manifest, index or configuration that we read into memory. */
export const DOCUMENT_LIMIT = 4 * 1024 * 1024;

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const INDEX_TYPES = new Set([INDEX_TYPE, 'application/vnd.docker.distribution.manifest.list.v2+json']);
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const MANIFEST_TYPES = new Set([MANIFEST_TYPE, 'application/vnd.docker.distribution.manifest.v2+json']);
const CONFIG_TYPES = new Set([CONFIG_TYPE, 'application/vnd.docker.container.image.v1+json']);

export interface Index {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export interface Manifest {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Reads an index or manifest. Rejects: Corrupt (no JSON, wrong shape), Unsupported (schema 1, or not an image). */
export function parseDocument(bytes: Uint8Array, mediaType: string, what: string): Index | Manifest {
  const json = parseObject(bytes, what);
  const type = typeof json['mediaType'] === 'string' && json['mediaType'] !== '' ? json['mediaType'] : mediaType;
  if (INDEX_TYPES.has(type) || (!MANIFEST_TYPES.has(type) && Array.isArray(json['manifests']))) {
    return { kind: 'index', manifests: descriptors(json['manifests'], `${what}: manifests`) };
  }
  if (json['schemaVersion'] === 1) {
    throw new RuntimeError('Unsupported', `${what}: image format schema 1 is too old; push the image again`, {
      reason: 'UnsupportedImage',
    });
  }
  const config = descriptor(json['config'], `${what}: config`);
  if (!CONFIG_TYPES.has(config.mediaType)) {
    throw new RuntimeError(
      'Unsupported',
      `${what} is no container image: its configuration is ${JSON.stringify(config.mediaType)}`,
      {
        reason: 'UnsupportedImage',
      },
    );
  }
  return { kind: 'manifest', config, layers: descriptors(json['layers'], `${what}: layers`) };
}

/** JSON with an object at the top, or Corrupt. */
export function parseObject(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new RuntimeError('Corrupt', `${what} is not JSON`, { cause: error });
  }
  if (isObject(value)) return value;
  throw new RuntimeError('Corrupt', `${what}: expected a JSON object`);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function descriptors(value: unknown, what: string): Descriptor[] {
  if (!Array.isArray(value)) throw new RuntimeError('Corrupt', `${what}: expected a list`);
  return value.map((one, at) => descriptor(one, `${what}[${at}]`));
}

function descriptor(value: unknown, what: string): Descriptor {
  if (!isObject(value)) throw new RuntimeError('Corrupt', `${what}: expected a descriptor`);
  const { mediaType, digest, size, platform, annotations } = value;
  if (!isDigest(digest)) throw new RuntimeError('Corrupt', `${what}: digest is not sha256`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new RuntimeError('Corrupt', `${what}: size is no size`);
  }
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest,
    size,
    ...(isObject(platform) ? { platform: platformOf(platform) } : {}),
    ...(isObject(annotations) ? { annotations: strings(annotations) } : {}),
  };
}

function platformOf(value: Readonly<Record<string, unknown>>): NonNullable<Descriptor['platform']> {
  const { os, architecture, variant } = value;
  return {
    os: typeof os === 'string' ? os : '',
    architecture: typeof architecture === 'string' ? architecture : '',
    ...(typeof variant === 'string' ? { variant } : {}),
  };
}

/** The entries whose value is a string. */
export function strings(value: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
