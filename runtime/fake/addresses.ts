import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import type { NetworkSpec, Subnet } from '../ports/networks.ts';
import type { AttachmentSpec } from '../ports/sandboxes.ts';
import {
  containsAddress,
  formatAddress,
  lastAddress,
  masked,
  parseAddress,
  parseCidr,
  type Address,
} from '../../schemas/values/addresses.ts';

/**
 * Addresses of a sandbox in a network, one from each subnet: what was asked for, else what it has, else what it would like, else the first one that
 * is free. Throws as Sandboxes.ensure rejects.
 */
export function chooseAddresses(
  network: NetworkSpec,
  { addresses: asked = [], preferred = [] }: AttachmentSpec,
  had: readonly string[],
  taken: ReadonlyMap<string, string>,
): readonly string[] {
  const outside = asked.find((address) => !network.subnets.some((subnet) => canGive(subnet, address)));
  if (outside !== undefined) {
    throw new RuntimeError('InvalidArgument', `network ${network.name} cannot give ${outside}`, {
      reason: 'AddressOutside',
    });
  }
  return network.subnets.map((subnet) => {
    const wanted = asked.find((address) => canGive(subnet, address));
    if (wanted === undefined) {
      const liked = [...had, ...preferred].find((address) => canGive(subnet, address) && !taken.has(address));
      return liked ?? firstFree(network, subnet, taken);
    }
    const holder = taken.get(wanted);
    if (holder === undefined) return wanted;
    const message = `${wanted} of network ${network.name} belongs to sandbox ${holder}`;
    throw new RuntimeError('InvalidArgument', message, { reason: 'AddressTaken' });
  });
}

/** First and last address of a subnet, and its gateway, are nobody's. */
function canGive({ subnet, gateway }: Subnet, text: string): boolean {
  const [cidr, address] = [parseCidr(subnet), parseAddress(text)];
  if (cidr === undefined || address === undefined || !containsAddress(cidr, address) || text === gateway) return false;
  return address.bits !== masked(cidr).bits && address.bits !== lastAddress(cidr).bits;
}

function firstFree({ name }: NetworkSpec, subnet: Subnet, taken: ReadonlyMap<string, string>): string {
  const cidr = parseCidr(subnet.subnet);
  if (cidr !== undefined) {
    const last = lastAddress(cidr).bits;
    for (let bits = masked(cidr).bits + 1n; bits < last; bits += 1n) {
      const candidate: Address = { family: cidr.family, bits };
      const text = formatAddress(candidate);
      if (text !== subnet.gateway && !taken.has(text)) return text;
    }
  }
  throw new RuntimeError('ResourceExhausted', `network ${name} has no address left in ${subnet.subnet}`, {
    reason: 'NoFreeAddress',
  });
}

/** Always the same for a sandbox in a network; locally administered. */
export function macOf(sandbox: string, network: string): string {
  const digest = createHash('sha256').update(`${sandbox}\0${network}`).digest('hex').slice(0, 10);
  return ['02', ...(digest.match(/../g) ?? [])].join(':');
}
