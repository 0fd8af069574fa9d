import { mkdir, readFile, writeFile } from 'node:fs/promises';
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

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

export async function hostFiles(paths: HostPaths): Promise<HostFiles> {
  const [hosts, resolvConf] = await Promise.all([read(paths.hosts), read(paths.resolvConf)]);
  return { hosts, resolvConf };
}

/** The machine's resolv.conf, as it holds also for those who are not on its loopback. */
export async function machineResolvConf(paths: HostPaths): Promise<string> {
  const own = await read(paths.resolvConf);
  const upstream = onlyLoopback(own) ? await read(paths.upstream) : '';
  return upstream === '' ? own : upstream;
}

/** In place, as running containers hold the files by their inodes; a half-written one differs, and the next ensure mends it. */
export async function writeFiles(directory: string, paths: Sandbox, files: SandboxFiles): Promise<void> {
  const wanted = [
    [paths.hostsPath, files.hosts],
    [paths.hostnamePath, files.hostname],
    [paths.resolvConfPath, files.resolvConf],
  ] as const;
  const isNew = (await mkdir(directory, { recursive: true, mode: 0o755 })) !== undefined;
  await Promise.all(
    wanted.map(async ([path, content]) => {
      const found = isNew ? undefined : await readFile(path, 'utf8').catch(() => undefined);
      if (found !== content) await writeFile(path, content, { mode: FILE_MODE });
    }),
  );
}
