import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OciDevice } from './oci.ts';

/** Directories and links of /dev that a container has of its own. */
const OWN_IN_CONTAINER: ReadonlySet<string> = new Set(['pts', 'shm', 'mqueue', 'fd', 'console', 'hugepages']);

/**
 * All device nodes of this machine, for privileged containers; read when one is made, as devices come and go. Synchronous: /dev is a small
 * directory in memory (under a millisecond), and specs are built in one go. A node that vanishes meanwhile is left out.
 */
export function readHostDevices(directory = '/dev'): OciDevice[] {
  const devices: OciDevice[] = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (OWN_IN_CONTAINER.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) devices.push(...readHostDevices(path));
    else if (entry.isCharacterDevice() || entry.isBlockDevice()) devices.push(...readDevice(path));
  }
  return devices.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function readDevice(path: string): OciDevice[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const { mode, uid, gid } = stat;
  const type = stat.isBlockDevice() ? 'b' : 'c';
  return [{ path, type, ...deviceNumber(stat.rdev), fileMode: mode & 0o7777, uid, gid }];
}

/** glibc's makedev(3) taken apart; numbers stay under 2^32 on Linux. */
function deviceNumber(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}
