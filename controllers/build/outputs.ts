import { posix } from 'node:path';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { BuildOutput } from '../../runtime/ports/builders.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { fullReference, stalled } from './references.ts';

/** Finds out what a path of this machine really is, and whether the daemon allows it. */
export type HostPaths = Pick<Volumes, 'resolveHostPath'>;

type Outputs = NonNullable<Build['spec']['outputs']>;

const outputsOf = ({ spec }: Build): Outputs => spec.outputs ?? [{ image: {} }];

export const wantsImage = (build: Build): boolean => outputsOf(build).some(({ image }) => image !== undefined);

export const isOnlyImage = (build: Build): boolean => outputsOf(build).every(({ image }) => image !== undefined);

/** Full references that it pushes to. For indexes. */
export const pushedReferences = ({ spec }: Build): readonly string[] =>
  (spec.outputs ?? []).flatMap(({ push }) => (push === undefined ? [] : [push.reference]));

/** Where a build writes, besides our own image, with the real paths of files and directories. */
export interface Targets {
  readonly outputs: readonly BuildOutput[];
  /** Directories of `spec.cache.to`, by how the spec calls them. */
  readonly cachePaths: ReadonlyMap<string, string>;
}

/** Throws a stalled outcome for a path that the daemon does not allow. */
export async function furtherTargets(build: Build, hostPaths: HostPaths): Promise<Targets> {
  const all: BuildOutput[] = [];
  for (const { push, ociArchive, tar, directory } of outputsOf(build)) {
    if (push !== undefined) {
      const reference = fullReference(push.reference, 'spec.outputs: push.reference');
      all.push({ type: 'push', reference, insecure: push.insecure ?? false });
    }
    if (ociArchive !== undefined) {
      all.push({ type: 'archive', format: 'oci', path: await filePath(ociArchive.path, hostPaths) });
    }
    if (tar !== undefined) all.push({ type: 'tar', path: await filePath(tar.path, hostPaths) });
    if (directory !== undefined) all.push({ type: 'directory', path: await allowed(directory.path, hostPaths) });
  }
  const cachePaths = new Map<string, string>();
  for (const { local } of build.spec.cache?.to ?? []) {
    if (local !== undefined) cachePaths.set(local.path, await allowed(local.path, hostPaths, 'spec.cache.to'));
  }
  return { outputs: all, cachePaths };
}

/** The file itself is replaced, whatever it is; what counts is where it lies. */
const filePath = async (path: string, hostPaths: HostPaths): Promise<string> =>
  posix.join(await allowed(posix.dirname(path), hostPaths), posix.basename(path));

async function allowed(directory: string, hostPaths: HostPaths, field = 'spec.outputs'): Promise<string> {
  try {
    return await hostPaths.resolveHostPath(directory, 'DirectoryOrCreate');
  } catch (error) {
    if (!isRuntimeError(error) || error.reason === undefined) throw error;
    throw stalled(error.reason, `${field}: ${error.message}`);
  }
}

/** What a successful build left behind, as status shows it. */
export function shownOutputs(build: Build, digest: string | undefined): NonNullable<BuildStatus['outputs']> {
  const of = digest === undefined ? {} : { digest };
  return outputsOf(build).map(({ push, ociArchive, tar, directory }) => {
    if (push !== undefined) return { type: 'push', target: push.reference, ...of };
    if (ociArchive !== undefined) return { type: 'ociArchive', target: ociArchive.path, ...of };
    if (tar !== undefined) return { type: 'tar', target: tar.path };
    if (directory !== undefined) return { type: 'directory', target: directory.path };
    return { type: 'image', ...of };
  });
}

/** Throws a stalled outcome for an entitlement that only a person may give. */
export function checkEntitlements({ spec }: Build, allowedOnes: readonly string[]): void {
  const refused = (spec.entitlements ?? []).filter((entitlement) => !allowedOnes.includes(entitlement));
  if (refused.length === 0) return;
  const flags = refused.map((entitlement) => `--allow-build-entitlement=${entitlement}`).join(' ');
  throw stalled(
    REASONS.EntitlementNotAllowed,
    `spec.entitlements: ${refused.join(' and ')} is not allowed; start the daemon with ${flags}`,
  );
}
