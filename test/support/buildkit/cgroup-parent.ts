import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';

const ROOT = '/sys/fs/cgroup';

/** Ends all processes below a cgroup of this name, in whatever hierarchy, and removes it there. Rejects when something does not go. */
export async function endCgroups(name: string): Promise<void> {
  const look = async (): Promise<boolean> => {
    const paths = await cgroupsNamed(name);
    for (const pid of await processesBelow(name)) kill(pid);
    // The innermost first.
    for (const path of paths.toReversed()) await rmdir(path).catch(() => undefined);
    return (await cgroupsNamed(name)).length === 0;
  };
  await eventually(`the cgroups ${name} are gone`, look);
}

/** Pids of all processes below a cgroup of this name, in whatever hierarchy. */
export async function processesBelow(name: string): Promise<readonly number[]> {
  const pids = await Promise.all((await cgroupsNamed(name)).map(processesIn));
  return [...new Set(pids.flat())];
}

/** Paths of the cgroups of this name and of all below them, in every hierarchy (v1: one a controller; v2: the root itself). */
export async function cgroupsNamed(name: string): Promise<readonly string[]> {
  const hierarchies = [ROOT, ...(await readdir(ROOT)).map((entry) => join(ROOT, entry))];
  return (await Promise.all(hierarchies.map((hierarchy) => treeOf(join(hierarchy, name))))).flat();
}

/** A folder and its folders, the outermost first; nothing when it is not there. */
async function treeOf(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => treeOf(join(path, entry.name)));
  return [path, ...(await Promise.all(below)).flat()];
}

async function processesIn(path: string): Promise<readonly number[]> {
  const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    // 0 is somebody whom this process cannot see.
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
