import type { ManifestFiles, ReadFiles } from '../../runtime/ports/manifest-files.ts';
import type { FetchedSource, SyncSources } from '../../runtime/ports/sync-sources.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Sync } from '../../schemas/gen/types.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { sourceTrouble } from '../engine/source-trouble.ts';
import type { SyncInputs } from './inputs.ts';

/** The files of a Sync as they were last brought here and read. */
export interface FilesView {
  readonly fetched: FetchedSource;
  readonly read: ReadFiles;
}

export interface FilesLookDeps {
  readonly sources: SyncSources;
  readonly files: ManifestFiles;
}

/** Fetches and reads. Rejects as the two ports do. */
export async function lookAtFiles(
  { metadata }: Sync,
  { source, reading }: SyncInputs,
  { sources, files }: FilesLookDeps,
  signal: AbortSignal,
): Promise<FilesView> {
  const fetched = await sources.fetch(metadata.uid, source, signal);
  return { fetched, read: await files.read(fetched.path, reading, signal) };
}

/**
 * What stands for everything that is applied, but for what the spec says itself: the files, and the variables where there are any (by the versions of
 * their objects, not by their values).
 */
export function digestOf({ read }: FilesView, { variableVersions }: SyncInputs): string {
  if (variableVersions.length === 0) return read.digest;
  return `sha256:${fingerprint([read.digest, variableVersions], 64)}`;
}

/** The revision for people: of a directory, which has none, the digest of its files. */
export const revisionOf = ({ fetched, read }: FilesView): string => fetched.revision ?? shortDigest(read.digest);

/** `sha256:0123456789ab`. */
export const shortDigest = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);

/** Why the files cannot be had, as an outcome. */
export const filesTrouble = (error: unknown): unknown =>
  sourceTrouble(error, {
    notFound: REASONS.SourceNotFound,
    invalid: REASONS.SourceFailed,
    failed: REASONS.SourceFailed,
  });
