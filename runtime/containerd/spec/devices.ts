import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OciDevice } from './oci.ts';

/** Directories and links of /dev that a container has of its own. */
const OWN_IN_CONTAINER: ReadonlySet<string> = new Set(['pts', 'shm', 'mqueue', 'fd', 'console', 'hugepages']);

/** All device nodes of this machine, for privileged containers. One that vanishes while it is read is left out. */
export async function readHostDevices(directory = '/dev'): Promise<OciDevice[]> {
  const devices: OciDevice[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (OWN_IN_CONTAINER.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) devices.push(...(await readHostDevices(path)));
    else if (entry.isCharacterDevice() || entry.isBlockDevice()) devices.push(...(await readDevice(path)));
  }
  return devices.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function readDevice(path: string): Promise<OciDevice[]> {
  try {
    const stat = await lstat(path);
    return [
      {
        path,
        type: stat.isBlockDevice() ? 'b' : 'c',
        ...deviceNumber(stat.rdev),
        fileMode: stat.mode & 0o7777,
        uid: stat.uid,
        gid: stat.gid,
      },
    ];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** glibc's makedev(3) taken apart; numbers stay under 2^32 on Linux. */
function deviceNumber(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}
