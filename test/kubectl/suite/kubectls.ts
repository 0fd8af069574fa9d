import { realpath } from 'node:fs/promises';
import { kubectlVersion, unpackedKubectl } from '../../../tools/setup/kubectl.ts';
import { findOnPath } from '../../../tools/setup/requirements.ts';
import { atLeast } from '../../../tools/setup/version.ts';

/** The oldest kubectl that the API is made for. */
const OLDEST = '1.32';

export interface FoundKubectl {
  readonly binary: string;
  /** As `1.36.4`. */
  readonly version: string;
}

export interface Kubectls {
  readonly found: readonly FoundKubectl[];
  /** Which of the two is not there, or no use, and why; for people. */
  readonly missing: readonly string[];
}

/** The machine's own kubectl, and Debian's newer one that set-up unpacks. */
export async function findKubectls(searchPath: string): Promise<Kubectls> {
  const found: FoundKubectl[] = [];
  const missing: string[] = [];
  const own = await findOnPath('kubectl', searchPath);
  const paths = { "the machine's own kubectl": own, "Debian's newer kubectl": unpackedKubectl };
  const seen = new Set<string>();
  for (const [name, path] of Object.entries(paths)) {
    const version = path === undefined ? undefined : await kubectlVersion(path);
    const binary = path === undefined ? '' : await realpath(path).catch(() => path);
    if (path === undefined || version === undefined) missing.push(`${name} is missing`);
    else if (!atLeast(version, OLDEST)) missing.push(`${name} is ${version}, older than ${OLDEST}`);
    else if (!seen.has(binary)) found.push({ binary: path, version });
    seen.add(binary);
  }
  return { found, missing };
}
