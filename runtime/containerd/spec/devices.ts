import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import type { InstanceDevice, InstanceMount } from '../../ports/containers.ts';
import type { OciDevice, OciDeviceRule } from './oci.ts';

/** Directories and links of /dev that a container has of its own. */
const OWN_IN_CONTAINER: ReadonlySet<string> = new Set(['pts', 'shm', 'mqueue', 'fd', 'console', 'hugepages']);

/**
 * The device node of this machine at the path, or all below it: for privileged containers all there are, else what was asked for. Read when one is made, as devices come and go. Synchronous: /dev is a small
 * directory in memory (under a millisecond), and specs are built in one go. A node that vanishes meanwhile is left out.
 */
export function readHostDevices(directory = '/dev'): OciDevice[] {
  const devices: OciDevice[] = [];
  if (!isDirectory(directory)) return readDevice(directory);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (OWN_IN_CONTAINER.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) devices.push(...readHostDevices(path));
    else devices.push(...readDevice(path));
  }
  return devices.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function readDevice(path: string): OciDevice[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !(stat.isCharacterDevice() || stat.isBlockDevice())) return [];
  const { mode, uid, gid } = stat;
  const type = stat.isBlockDevice() ? 'b' : 'c';
  return [{ path, type, ...deviceNumber(stat.rdev), fileMode: mode & 0o7777, uid, gid }];
}

/** glibc's makedev(3) taken apart; numbers stay under 2^32 on Linux. */
function deviceNumber(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}

export type ReadDevices = (path?: string) => readonly OciDevice[];

/** One device that was asked for, where it is and where it appears. */
interface AskedDevice {
  readonly node: OciDevice;
  readonly destination: string;
  readonly permissions: string;
}

/** Rejects with InvalidArgument, reason HostPathWrongType, where no device is. */
function askedDevices(wanted: readonly InstanceDevice[], read: ReadDevices): readonly AskedDevice[] {
  return wanted.flatMap(({ source, destination, permissions }) => {
    const nodes = read(source);
    if (nodes.length === 0) {
      throw new RuntimeError('InvalidArgument', `${source} is no device, and no directory with devices`, {
        reason: 'HostPathWrongType',
      });
    }
    return nodes.map((node) => ({ node, destination: destination + node.path.slice(source.length), permissions }));
  });
}

/** Nodes to make, and what may be done with them. */
export function ociDevices(
  wanted: readonly InstanceDevice[],
  read: ReadDevices,
): { readonly nodes: readonly OciDevice[]; readonly rules: readonly OciDeviceRule[] } {
  const asked = askedDevices(wanted, read);
  return {
    nodes: asked.map(({ node, destination }) => ({ ...node, path: destination })),
    rules: asked.map(({ node: { type, major, minor }, permissions }) => ({
      allow: true,
      type,
      major,
      minor,
      access: permissions,
    })),
  };
}

/** Who may make no nodes sees those of the machine; nobody watches over what is done with them but their permission bits. */
export const boundDevices = (wanted: readonly InstanceDevice[], read: ReadDevices): readonly InstanceMount[] =>
  askedDevices(wanted, read).map(({ node, destination }) => ({
    type: 'bind',
    source: node.path,
    destination,
    readOnly: false,
  }));
