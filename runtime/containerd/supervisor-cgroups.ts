/** Cgroups of processes that are about to be killed, so that the empty directories can be taken away after them. */
import { readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Directories of the cgroups that the process is in and `parent` (its shim) is not: those made for it alone. Version 1 hierarchies are
 * mounted by the names of their controllers; version 2 at the top, or as `unified` on a hybrid machine.
 */
export async function ownCgroups(pid: number, parent: number): Promise<readonly string[]> {
  const shared = new Set(await cgroupLines(parent));
  const own = (await cgroupLines(pid)).filter((line) => !shared.has(line));
  return own.flatMap(cgroupDirectories);
}

/** Directories that a line of /proc/PID/cgroup may mean. */
export function cgroupDirectories(line: string): readonly string[] {
  const [, controllers, path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === '/') return [];
  const mounts = controllers === '' ? ['', 'unified'] : [controllers.replace(/^name=/, '')];
  return mounts.map((mount) => join('/sys/fs/cgroup', mount, path));
}

/** Removes those that are empty: rmdir(2) refuses any other. */
export async function removeCgroups(directories: readonly string[]): Promise<void> {
  await Promise.all(directories.map((directory) => rmdir(directory).catch(() => undefined)));
}

async function cgroupLines(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
