import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { unpackedKubectl } from '../../../tools/setup/kubectl.ts';
import { atLeast, parseVersion } from '../../../tools/setup/version.ts';

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

/** The machine's own kubectl, and Debian's newer one that set-up unpacks. Synchronous, as the declaration of tests must be. */
export function findKubectls(searchPath: string, unpacked = unpackedKubectl): Kubectls {
  const own = searchPath
    .split(':')
    .map((directory) => join(directory, 'kubectl'))
    .find(isExecutable);
  const paths = {
    "the machine's own kubectl": own && behindDispatcher(realpathSync(own)),
    "Debian's newer kubectl": isExecutable(unpacked) ? realpathSync(unpacked) : undefined,
  };
  const found = new Map<string, FoundKubectl>();
  const missing: string[] = [];
  for (const [name, binary] of Object.entries(paths)) {
    const version = binary === undefined ? undefined : versionOf(binary);
    if (binary === undefined || version === undefined) missing.push(`${name} is missing`);
    else if (!atLeast(version, OLDEST)) missing.push(`${name} is ${version}, older than ${OLDEST}`);
    // Two of one version would ask for the same things, in tests of the same titles.
    else if (!found.has(version)) found.set(version, { binary, version });
  }
  return { found: [...found.values()], missing };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const versionOf = (binary: string): string | undefined =>
  parseVersion(spawnSync(binary, ['version', '--client'], { encoding: 'utf8' }).stdout ?? '');

/**
 * The kubectl of Google's SDK asks the server for its version and then starts the one of several beside it that fits: two programs
 * for each command. The oldest that we support stands for them.
 */
function behindDispatcher(path: string): string {
  const oldest = join(dirname(path), `kubectl.${OLDEST}`);
  return basename(path) === 'kubectl' && existsSync(oldest) ? oldest : path;
}
