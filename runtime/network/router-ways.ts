/** Over which interfaces routers tell this machine, or may tell it yet, of its way to the outside. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './failures.ts';
import type { Machine } from './machine.ts';

export interface RouterWaysOptions {
  readonly machine: Pick<Machine, 'advertisedTo' | 'hasFixedWayOut'>;
  /** /sys/class/net. */
  readonly classRoot: string;
  /** /proc/sys. */
  readonly sysRoot: string;
  /** Bridges of this store. */
  readonly isOurs: (device: string) => boolean;
}

/**
 * Those to which a router has advertised something; and where nobody has fixed the machine's IPv6 way out, also those that are up and take addresses
 * from routers: the first word of one may come after forwarding is on. Networks of containers and virtual machines are none.
 */
export async function routerWays({
  machine,
  classRoot,
  sysRoot,
  isOurs,
}: RouterWaysOptions): Promise<ReadonlySet<string>> {
  const advertised = await machine.advertisedTo();
  if (await machine.hasFixedWayOut()) return advertised;
  const devices = ((await unlessMissing(readdir(classRoot))) ?? []).filter(
    (device) => device !== 'lo' && !device.startsWith('veth') && !isOurs(device),
  );
  const isWay = async (device: string): Promise<boolean> => {
    const folder = join(classRoot, device);
    if ((Number(await read(join(folder, 'flags'))) & UP) === 0) return false;
    if ((await read(join(sysRoot, 'net/ipv6/conf', device, 'autoconf'))) !== '1') return false;
    if (await isThere(join(folder, 'master'))) return false;
    return !(await isThere(join(folder, 'bridge'))) || (await leadsOutside(folder));
  };
  const areWays = await Promise.all(devices.map(isWay));
  return new Set([...advertised, ...devices.filter((_, index) => areWays[index])]);
}

/** Whether something that is real is below it: `lower_…` lead to its ports, and a port's `device` to its hardware. */
async function leadsOutside(folder: string, depth = 3): Promise<boolean> {
  if (await isThere(join(folder, 'device'))) return true;
  if (depth === 0) return false;
  const lower = ((await unlessMissing(readdir(folder))) ?? []).filter((name) => name.startsWith('lower_'));
  for (const name of lower) if (await leadsOutside(join(folder, name), depth - 1)) return true;
  return false;
}

const isThere = async (path: string): Promise<boolean> => await stat(path).then(Boolean, () => false);

/** Interfaces come and go, and some entries are no folders. */
const read = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();

/** IFF_UP of linux/if.h. */
const UP = 0x1;
