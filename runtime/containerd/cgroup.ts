import { readdir, readFile, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where an instance's cgroup is: version of the hierarchy and the path from the record's spec. */
export interface CgroupLocation {
  /** Usually /sys/fs/cgroup. */
  readonly root: string;
  readonly version: 1 | 2;
  /** `linux.cgroupsPath` of the spec, absolute. */
  readonly path: string;
}

/**
 * One file of a cgroup, or undefined when it is not there. On v1 each controller has a hierarchy of its own below the root; an absolute
 * path is taken from there by runc, whatever cgroup the runtime itself is in.
 */
export async function readCgroup(
  cgroup: CgroupLocation,
  controller: 'memory' | 'cpu' | 'pids',
  file: string,
): Promise<string | undefined> {
  const folder = cgroup.version === 1 ? join(cgroup.root, controller, cgroup.path) : join(cgroup.root, cgroup.path);
  try {
    return (await readFile(join(folder, file), 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** The number behind `key` in a file of `key number` lines. */
export function counterOf(text: string | undefined, key: string): number | undefined {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * Removes the cgroup that held the instances of a store (spec/build `cgroupParent`), and the one above it when nothing else is in it: runc makes them
 * and leaves them. Only empty ones go, so a store that still has instances keeps its own. For the very end (quickstart --down).
 */
export async function removeCgroupParent(root: string, path: string): Promise<void> {
  // v1: a hierarchy for each controller below the root, named ones and `unified` included; v2: the root itself.
  const hierarchies = [root, ...(await readdir(root)).map((name) => join(root, name))];
  for (const hierarchy of hierarchies) {
    for (const folder of [path, dirname(path)].filter((one) => one !== '/')) {
      // Not there, not empty, not a directory, not ours: all of them are no reason to stop.
      await rmdir(join(hierarchy, folder)).catch(() => undefined);
    }
  }
}
