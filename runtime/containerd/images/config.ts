import { RuntimeError } from '../../errors.ts';
import type { ImageConfig } from '../../ports/images.ts';
import { isDigest } from './digest.ts';
import { isObject, parseObject, strings } from './document.ts';
import { normalize, type Platform } from './platform.ts';

/** An image's configuration blob: how to run it, and what its layers are when unpacked. */
export interface ConfigDocument {
  readonly platform: Platform;
  readonly diffIds: readonly string[];
  readonly config: ImageConfig;
}

/** Reads OCI's and docker's form, which differ in nothing that we use. Rejects with Corrupt. */
export function parseConfig(bytes: Uint8Array, what: string): ConfigDocument {
  const json = parseObject(bytes, what);
  const rootfs = isObject(json['rootfs']) ? json['rootfs'] : {};
  const diffIds: unknown = rootfs['diff_ids'] ?? [];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) {
    throw new RuntimeError('Corrupt', `${what}: rootfs.diff_ids is no list of digests`);
  }
  const { os, architecture, variant } = strings(json);
  return {
    platform: normalize({ os: os ?? '', architecture: architecture ?? '', variant: variant ?? '' }),
    diffIds,
    config: imageConfig(isObject(json['config']) ? json['config'] : {}, what),
  };
}

function imageConfig(json: Readonly<Record<string, unknown>>, what: string): ImageConfig {
  return {
    entrypoint: words(json['Entrypoint'], `${what}: config.Entrypoint`),
    cmd: words(json['Cmd'], `${what}: config.Cmd`),
    env: words(json['Env'], `${what}: config.Env`),
    workingDir: text(json['WorkingDir'], `${what}: config.WorkingDir`),
    user: text(json['User'], `${what}: config.User`),
    stopSignal: text(json['StopSignal'], `${what}: config.StopSignal`),
    volumes: keys(json['Volumes']),
    exposedPorts: keys(json['ExposedPorts']),
    labels: isObject(json['Labels']) ? strings(json['Labels']) : {},
  };
}

/** Very old images have one string where a list belongs. */
function words(value: unknown, what: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value;
  throw new RuntimeError('Corrupt', `${what}: expected a list of strings`);
}

function text(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new RuntimeError('Corrupt', `${what}: expected a string`);
}

/** Sets are written as objects with empty values. */
function keys(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value).sort() : [];
}
