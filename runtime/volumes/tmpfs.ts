import { rmdir } from 'node:fs/promises';
import type { Host } from '../ports/host.ts';
import { isErrno } from './failures.ts';

const DEFAULT_MODE = 0o755;

export async function ensureTmpfs(
  host: Host,
  path: string,
  { sizeBytes, mode = DEFAULT_MODE }: { sizeBytes?: number; mode?: number },
): Promise<string> {
  await host.mountTmpfs(path, sizeBytes === undefined ? { mode } : { sizeBytes, mode });
  return path;
}

export async function tmpfsMounted(host: Host, path: string): Promise<string | undefined> {
  return (await host.mountsUnder(path)).includes(path) ? path : undefined;
}

export async function removeTmpfs(host: Host, path: string): Promise<void> {
  await host.unmount(path);
  try {
    await rmdir(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
