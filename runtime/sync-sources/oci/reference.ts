import { highestInRange, isSemverRange } from '../../../schemas/values/semver-range.ts';
import { RuntimeError } from '../../errors.ts';
import type { Registry, RegistryTarget } from '../../ports/registry.ts';
import type { SyncSource } from '../../ports/sync-sources.ts';

export type OciSource = Extract<SyncSource, { type: 'oci' }>;

/** What is to be asked for, and how it is called in a revision; nothing where only a digest was named. */
export async function chooseReference(
  { reference, semver, insecure, credentials }: OciSource,
  registry: Registry,
  signal: AbortSignal | undefined,
): Promise<{ readonly target: RegistryTarget; readonly name: string | undefined }> {
  const [, repository = reference, tag, digest] = /^(.*?)(?::([^:/@]+))?(@.*)?$/s.exec(reference) ?? [];
  const how = { insecure, ...(credentials === undefined ? {} : { credentials }) };
  if (semver === undefined) {
    return { target: { reference, ...how }, name: tag ?? (digest === undefined ? 'latest' : undefined) };
  }
  if (!isSemverRange(semver)) {
    throw new RuntimeError(
      'InvalidArgument',
      `${JSON.stringify(semver)} is no range of versions, as \`>=1.2.0 <2\` is`,
    );
  }
  const chosen = highestInRange(await registry.listTags({ reference: repository, ...how }, signal), semver);
  if (chosen === undefined) throw new RuntimeError('NotFound', `${repository} has no tag with a version in ${semver}`);
  return { target: { reference: `${repository}:${chosen}`, ...how }, name: chosen };
}
