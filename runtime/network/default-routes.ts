import type { Host } from '../ports/host.ts';
import type { NetworkSpec } from '../ports/networks.ts';
import { parseAddress, type Family } from '../../schemas/values/addresses.ts';
import type { AttachmentRecord } from './records.ts';

const FAMILIES: readonly Family[] = [4, 6];

const hasFamily = ({ subnets }: NetworkSpec, family: Family): boolean =>
  subnets.some(({ gateway }) => parseAddress(gateway)?.family === family);

/**
 * Which network of a sandbox is its way out, by network. The first that leads out at all; what leads out of one that plugins configure themselves
 * is theirs to say.
 */
export function defaultRoutesOf(networks: readonly NetworkSpec[]): ReadonlyMap<string, readonly Family[]> {
  const ways = new Map<string, Family[]>();
  for (const family of FAMILIES) {
    const first = networks.find(
      (network) => !network.internal && (network.driver === 'cni' || hasFamily(network, family)),
    );
    if (first === undefined || first.driver === 'cni') continue;
    ways.set(first.uid, [...(ways.get(first.uid) ?? []), family]);
  }
  return ways;
}

/** Takes default routes away from interfaces that stay. */
export async function dropDefaultRoutes(
  host: Pick<Host, 'run'>,
  netns: string,
  attachment: AttachmentRecord,
  families: readonly Family[],
): Promise<void> {
  for (const family of families) {
    await ip(host, netns, [`-${family}`, 'route', 'flush', 'default', 'dev', attachment.interface]);
  }
}

/** Gives default routes to interfaces that are there. */
export async function giveDefaultRoutes(
  host: Pick<Host, 'run'>,
  netns: string,
  attachment: AttachmentRecord,
  network: NetworkSpec,
  families: readonly Family[],
): Promise<void> {
  for (const { gateway } of network.subnets) {
    const family = parseAddress(gateway)?.family ?? 4;
    if (!families.includes(family)) continue;
    await ip(host, netns, [`-${family}`, 'route', 'replace', 'default', 'via', gateway, 'dev', attachment.interface]);
  }
}

async function ip(host: Pick<Host, 'run'>, netns: string, args: readonly string[]): Promise<void> {
  await host.run('nsenter', [`--net=${netns}`, 'ip', ...args]);
}
