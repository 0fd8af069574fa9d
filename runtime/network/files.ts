import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox, SandboxMode } from '../ports/sandboxes.ts';
import { onlyLoopback, type HostFiles, type SandboxFiles } from './content.ts';

/** Any user of the container reads them. */
const FILE_MODE = 0o644;

/** A sandbox without addresses, and where its files are. */
export function describe(directory: string, id: string, mode: SandboxMode): Sandbox {
  return {
    id,
    mode,
    attachments: [],
    hostsPath: join(directory, 'hosts'),
    hostnamePath: join(directory, 'hostname'),
    resolvConfPath: join(directory, 'resolv.conf'),
  };
}

export interface HostPaths {
  readonly hosts: string;
  readonly resolvConf: string;
  /** Where systemd-resolved says whom it asks. */
  readonly upstream: string;
}

/**
 * Undefined where there is none. At once: it is a page in memory, read in a few microseconds, where turns of the thread pool cost more than
 * that, twelve for each sandbox that a new daemon looks at.
 */
function find(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export function hostFiles({ hosts, resolvConf }: HostPaths): HostFiles {
  return { hosts: find(hosts) ?? '', resolvConf: find(resolvConf) ?? '' };
}

/** The machine's resolv.conf, as it holds also for those who are not on its loopback. */
export function machineResolvConf(paths: HostPaths): string {
  const own = find(paths.resolvConf) ?? '';
  const upstream = onlyLoopback(own) ? find(paths.upstream) : undefined;
  return upstream || own;
}

/** In place, as running containers hold the files by their inodes; a half-written one differs, and the next ensure mends it. */
export async function writeFiles(directory: string, paths: Sandbox, files: SandboxFiles): Promise<void> {
  const wanted = [
    [paths.hostsPath, files.hosts],
    [paths.hostnamePath, files.hostname],
    [paths.resolvConfPath, files.resolvConf],
  ] as const;
  const changed = wanted.filter(([path, content]) => find(path) !== content);
  if (changed.length === 0) return;
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await Promise.all(changed.map(([path, content]) => writeFile(path, content, { mode: FILE_MODE })));
}
