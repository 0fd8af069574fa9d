/** What stands behind `tsmoby sync`, taken apart. */
import { resolve } from 'node:path';
import type { SyncSource } from '../../../schemas/gen/types.ts';
import { nameOfPlace } from '../../../schemas/values/name-of-place.ts';
import { UsageError } from '../../errors.ts';

export interface PlaceFlags {
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly semver?: string | undefined;
  readonly commit?: string | undefined;
  readonly secret?: string | undefined;
}

export interface Place {
  readonly source: SyncSource;
  /** What its last part is called, as a name of an object. */
  readonly name: string;
}

const REMOTE = /^(https?|ssh|git|file):\/\//;
/** `user@host:path`, which git takes for ssh. */
const SCP = /^[^/@\s]+@[^/:\s]+:./;
const OCI = 'oci://';
const FALLBACK = 'sync';

/** Throws UsageError where flags do not fit the source. Whether a directory is there is for the caller to see. */
export function readPlace(typed: string, flags: PlaceFlags, cwd: string): Place {
  if (typed.startsWith(OCI)) return ociPlace(typed.slice(OCI.length), flags);
  if (REMOTE.test(typed) || SCP.test(typed)) return gitPlace(typed, flags);
  if (/\.git\/?$/.test(typed)) return gitPlace(resolve(cwd, typed), flags);
  refuse(flags, ['branch', 'tag', 'semver', 'commit', 'secret'], 'a directory');
  const path = resolve(cwd, typed);
  return { source: { directory: { path } }, name: nameOfPlace(path, FALLBACK) };
}

function gitPlace(url: string, { branch, tag, semver, commit, secret }: PlaceFlags): Place {
  const ref = definedOnly({ branch, tag, semver, commit });
  if (Object.keys(ref).length > 1)
    throw new UsageError(
      `give one of ${Object.keys(ref)
        .map((flag) => `--${flag}`)
        .join(', ')}, not several`,
    );
  const git = {
    url,
    ...(Object.keys(ref).length === 0 ? {} : { ref }),
    ...(secret === undefined ? {} : { secretRef: { name: secret } }),
  };
  return { source: { git }, name: nameOfPlace(url.replace(/\/*$/, '').replace(/(\/?\.git)$/, ''), FALLBACK) };
}

function ociPlace(reference: string, flags: PlaceFlags): Place {
  refuse(flags, ['branch', 'tag', 'commit'], 'an artifact: write oci://REFERENCE:TAG');
  if (reference === '') throw new UsageError('oci:// is followed by a reference: oci://registry.example.com/infra:1.2');
  const { semver, secret } = flags;
  const oci = {
    reference,
    ...(semver === undefined ? {} : { semver }),
    ...(secret === undefined ? {} : { secretRef: { name: secret } }),
  };
  return { source: { oci }, name: nameOfPlace(reference.replace(/@.*$/, '').replace(/:[^/:]*$/, ''), FALLBACK) };
}

function refuse(flags: PlaceFlags, names: readonly (keyof PlaceFlags)[], what: string): void {
  const wrong = names.find((name) => flags[name] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--${wrong} is not for ${what}`);
}

const definedOnly = (fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
