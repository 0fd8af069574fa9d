/** What becomes of the result, in docker's words. */
import { resolve } from 'node:path';
import type { BuildAttestations, BuildCacheFrom, BuildCacheTo, BuildOutput } from '../../../schemas/gen/types.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { fieldsOf } from './fields.ts';
import type { BuildFlags } from './flags.ts';

type OutputFlags = Pick<BuildFlags, 'output' | 'push' | 'load' | 'tag'>;

/** Undefined: an image on this machine, which is the default of a Build. Throws UsageError. */
export function outputsOf(flags: OutputFlags, io: Pick<Io, 'cwd'>): readonly BuildOutput[] | undefined {
  const { output, push, load, tag } = flags;
  if (push && tag.length === 0) throw new UsageError('--push: where to? Give it a name with -t');
  if (!push && output.length === 0) return undefined;
  const asked = output.flatMap((text) => outputOf(text, tag, io));
  const pushed = push ? tag.map((reference) => ({ push: { reference } })) : [];
  const image = load || output.length === 0 ? [{ image: {} }] : [];
  return distinct([...image, ...asked, ...pushed]);
}

/** An image twice is one image. */
function distinct(outputs: readonly BuildOutput[]): readonly BuildOutput[] {
  const seen = new Set<string>();
  return outputs.filter((output) => {
    const text = JSON.stringify(output);
    return !seen.has(text) && seen.add(text);
  });
}

const FIELDS = ['type', 'dest', 'name', 'push', 'registry.insecure'] as const;

function outputOf(text: string, tags: readonly string[], { cwd }: Pick<Io, 'cwd'>): readonly BuildOutput[] {
  if (text === '-') throw new UsageError('--output -: name a file: type=tar,dest=FILE');
  if (!text.includes('=')) return [{ directory: { path: resolve(cwd, text) } }];
  const fields = fieldsOf('output', text, FIELDS);
  const { type = '', dest = '', name = '' } = fields;
  const path = (): string => {
    if (dest === '' || dest === '-') throw new UsageError(`--output ${text}: dest is missing: type=${type},dest=PATH`);
    return resolve(cwd, dest);
  };
  const insecure = fields['registry.insecure'] === 'true' ? { insecure: true } : {};
  const push = (): readonly BuildOutput[] => {
    const names = name === '' ? tags : [name];
    if (names.length === 0) throw new UsageError(`--output ${text}: where to? Give name=REFERENCE, or -t`);
    return names.map((reference) => ({ push: { reference, ...insecure } }));
  };
  switch (type) {
    case 'local':
      return [{ directory: { path: path() } }];
    case 'tar':
      return [{ tar: { path: path() } }];
    case 'oci':
      return [{ ociArchive: { path: path() } }];
    case 'registry':
      return push();
    case 'image':
      return fields['push'] === 'true' ? [{ image: {} }, ...push()] : [{ image: {} }];
    default:
      throw new UsageError(`--output ${text}: unknown type "${type}", there are local, tar, oci, image, registry`);
  }
}

export function cacheFromOf(text: string, { cwd }: Pick<Io, 'cwd'>): BuildCacheFrom {
  if (!text.includes('=')) return { registry: { reference: text } };
  const { type = '', ref = '', src = '' } = fieldsOf('cache-from', text, ['type', 'ref', 'src']);
  if (type === 'registry' && ref !== '') return { registry: { reference: ref } };
  if (type === 'local' && src !== '') return { local: { path: resolve(cwd, src) } };
  throw new UsageError(`--cache-from ${text}: write type=registry,ref=REFERENCE or type=local,src=DIRECTORY`);
}

export function cacheToOf(text: string, { cwd }: Pick<Io, 'cwd'>): BuildCacheTo {
  const { type = '', ref = '', dest = '', mode } = fieldsOf('cache-to', text, ['type', 'ref', 'dest', 'mode']);
  const how = mode === undefined ? {} : { mode: modeOf(`--cache-to ${text}`, mode) };
  if (type === 'inline') return { inline: {} };
  if (type === 'registry' && ref !== '') return { registry: { reference: ref, ...how } };
  if (type === 'local' && dest !== '') return { local: { path: resolve(cwd, dest), ...how } };
  throw new UsageError(
    `--cache-to ${text}: write type=inline, type=registry,ref=REFERENCE or type=local,dest=DIRECTORY`,
  );
}

function modeOf(flag: string, mode: string): 'min' | 'max' {
  if (mode === 'min' || mode === 'max') return mode;
  throw new UsageError(`${flag}: mode is min or max`);
}

/** Of `--sbom` and `--provenance`; undefined: none. */
export function attestationsOf(flags: Pick<BuildFlags, 'sbom' | 'provenance'>): BuildAttestations | undefined {
  const sbom = flags.sbom === undefined || flags.sbom === 'false' ? undefined : sbomOf(flags.sbom);
  const provenance =
    flags.provenance === undefined || flags.provenance === 'false' ? undefined : provenanceOf(flags.provenance);
  if (sbom === undefined && provenance === undefined) return undefined;
  return { ...(sbom === undefined ? {} : { sbom }), ...(provenance === undefined ? {} : { provenance }) };
}

function sbomOf(text: string): NonNullable<BuildAttestations['sbom']> {
  if (text === 'true') return {};
  const { generator = '' } = fieldsOf('sbom', text, ['generator']);
  if (generator === '') throw new UsageError(`--sbom ${text}: write true, false or generator=IMAGE`);
  return { generator };
}

function provenanceOf(text: string): NonNullable<BuildAttestations['provenance']> {
  if (text === 'true') return {};
  const { mode } = fieldsOf('provenance', text, ['mode']);
  if (mode !== undefined) return { mode: modeOf(`--provenance ${text}`, mode) };
  throw new UsageError(`--provenance ${text}: write true, false, mode=min or mode=max`);
}
