/** Which ranges of addresses a network has: pure, from its spec, what it had, and what others have. */
import type { Subnet } from '../../runtime/ports/networks.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Network } from '../../schemas/gen/types.ts';
import {
  containsAddress,
  formatAddress,
  formatCidr,
  lastAddress,
  masked,
  parseAddress,
  parseCidr,
  type Cidr,
  type Family,
} from '../../schemas/values/addresses.ts';
import { pickIPv4, pickIPv6 } from './pick.ts';

export interface Surroundings {
  /** Another network that has an address of it; for a person. */
  network(range: Cidr): string | undefined;
  /** What of the machine has; for a person. */
  machine(range: Cidr): string | undefined;
  /** A container is in the network: its ranges stay as they are. */
  readonly attached: boolean;
  readonly storeIdentity: string;
}

export type SubnetPlan =
  | { readonly type: 'keep'; readonly subnets: readonly Subnet[]; readonly collision?: string }
  | { readonly type: 'allocate'; readonly subnets: readonly Subnet[] }
  | { readonly type: 'move'; readonly subnets: readonly Subnet[]; readonly collision: string }
  | { readonly type: 'blocked'; readonly reason: string; readonly message: string }
  | { readonly type: 'invalid'; readonly message: string };

/** One range that the network has to have. */
interface Slot {
  readonly family: Family;
  /** Absent: to be picked. */
  readonly asked?: Subnet;
}

/** Whether nothing has to be found: what was written down is what the spec says. */
export function isComplete({ spec }: Network, recorded: readonly Subnet[]): boolean {
  const slots = slotsOf(spec);
  return typeof slots !== 'string' && slots.every((slot) => recordedOf(slot, recorded) !== undefined);
}

export function planSubnets(
  { spec, metadata }: Pick<Network, 'spec' | 'metadata'>,
  recorded: readonly Subnet[],
  around: Surroundings,
): SubnetPlan {
  const slots = slotsOf(spec);
  if (typeof slots === 'string') return { type: 'invalid', message: slots };
  const subnets: Subnet[] = [];
  let [isNew, collision] = [false, undefined as string | undefined];
  for (const slot of slots) {
    const had = recordedOf(slot, recorded);
    const hurt = had === undefined ? undefined : collisionOf(slot, had, around);
    if (had !== undefined && (hurt === undefined || (slot.asked === undefined && around.attached))) {
      subnets.push(had);
      collision ??= hurt;
      continue;
    }
    const found = slot.asked === undefined ? pick(slot, metadata.uid, around) : claim(slot.asked, spec.driver, around);
    if ('reason' in found) return { type: 'blocked', ...found };
    subnets.push(found);
    collision ??= hurt;
    isNew = true;
  }
  if (!isNew) return { type: 'keep', subnets, ...(collision === undefined ? {} : { collision }) };
  return collision === undefined ? { type: 'allocate', subnets } : { type: 'move', subnets, collision };
}

/** IPv4 first. A text: what is wrong with the spec that no rule of the schema sees. */
function slotsOf({ driver, subnets = [], ipv6 }: Network['spec']): readonly Slot[] | string {
  if (driver === 'cni') return [];
  const asked: Slot[] = [];
  for (const [index, subnet] of subnets.entries()) {
    const slot = askedSlot(subnet);
    if (typeof slot === 'string') return `spec.subnets[${index}].${slot}`;
    asked.push(slot);
  }
  const missing = (family: Family): Slot[] => (asked.some((slot) => slot.family === family) ? [] : [{ family }]);
  return [...asked, ...(asked.length === 0 ? missing(4) : []), ...(ipv6 === true ? missing(6) : [])].toSorted(
    (a, b) => a.family - b.family,
  );
}

function askedSlot({ subnet, gateway }: { readonly subnet: string; readonly gateway?: string }): Slot | string {
  const range = parseCidr(subnet);
  if (range === undefined) return `subnet: ${JSON.stringify(subnet)} is no range of addresses`;
  if (gateway === undefined) return { family: range.family, asked: withGateway(range) };
  const address = parseAddress(gateway);
  if (address === undefined || !containsAddress(range, address) || address.bits === masked(range).bits) {
    return `gateway: ${JSON.stringify(gateway)} is no address of ${subnet}, or its first`;
  }
  if (range.family === 4 && address.bits === lastAddress(range).bits) {
    return `gateway: ${gateway} is the broadcast address of ${subnet}`;
  }
  return { family: range.family, asked: { subnet: formatCidr(masked(range)), gateway: formatAddress(address) } };
}

/** The gateway is the first address behind that of the network itself. */
function withGateway(range: Cidr): Subnet {
  const { bits, family } = masked(range);
  return { subnet: formatCidr(masked(range)), gateway: formatAddress({ family, bits: bits + 1n }) };
}

function recordedOf({ family, asked }: Slot, recorded: readonly Subnet[]): Subnet | undefined {
  return recorded.find(({ subnet, gateway }) =>
    asked === undefined ? parseCidr(subnet)?.family === family : subnet === asked.subnet && gateway === asked.gateway,
  );
}

/** Who came over what it has. What was asked for is kept beside the machine's: whoever asks knows. */
function collisionOf({ asked }: Slot, { subnet }: Subnet, around: Surroundings): string | undefined {
  const range = parseCidr(subnet);
  if (range === undefined) return undefined;
  const holder = around.network(range) ?? (asked === undefined ? around.machine(range) : undefined);
  return holder === undefined ? undefined : `${subnet} overlaps ${holder}`;
}

type Refusal = { readonly reason: string; readonly message: string };

/** A share in an interface of the machine has addresses of the machine's own network. */
function claim(asked: Subnet, driver: Network['spec']['driver'], around: Surroundings): Subnet | Refusal {
  const range = parseCidr(asked.subnet);
  const onMachine = range && (driver ?? 'bridge') === 'bridge' ? around.machine(range) : undefined;
  const holder = range && (around.network(range) ?? onMachine);
  if (holder === undefined) return asked;
  return { reason: REASONS.SubnetOverlap, message: `${asked.subnet} overlaps ${holder}` };
}

function pick({ family }: Slot, uid: string, around: Surroundings): Subnet | Refusal {
  const isFree = (range: Cidr): boolean => around.network(range) === undefined && around.machine(range) === undefined;
  const range = family === 4 ? pickIPv4(uid, isFree) : pickIPv6(around.storeIdentity, uid, isFree);
  if (range !== undefined) return withGateway(range);
  const message = `every IPv${family} range that networks are picked from is taken: name one in spec.subnets`;
  return { reason: REASONS.NoFreeSubnet, message };
}
