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
  sizeOf,
  type Cidr,
} from '../../schemas/values/addresses.ts';

/**
 * Who has which address, in memory: filled from the records at the start, and before any of them is written. No method waits, so that two who come
 * at once never get the same.
 */
export class AddressBook {
  /** Network -> address -> sandbox. */
  readonly #holders = new Map<string, Map<string, string>>();
  /** Network -> sandboxes. */
  readonly #users = new Map<string, Set<string>>();
  /** Subnet -> the address given last: those that were given back are not given at once to somebody else. */
  readonly #last = new Map<string, bigint>();

  users(network: string): ReadonlySet<string> {
    return this.#users.get(network) ?? new Set();
  }

  holder(network: string, address: string): string | undefined {
    return this.#holders.get(network)?.get(address);
  }

  take(network: string, addresses: readonly string[], sandbox: string): void {
    const holders = this.#holders.get(network) ?? new Map<string, string>();
    this.#holders.set(network, holders);
    for (const address of addresses) holders.set(address, sandbox);
    this.#users.set(network, new Set(this.#users.get(network)).add(sandbox));
  }

  /** The sandbox is in the network no more. */
  release(network: string, addresses: readonly string[], sandbox: string): void {
    this.#users.get(network)?.delete(sandbox);
    const holders = this.#holders.get(network);
    for (const address of addresses) if (holders?.get(address) === sandbox) holders.delete(address);
  }

  /** Addresses that are in use already, so that the next one comes after them. */
  remember(network: NetworkSpec, addresses: readonly string[]): void {
    for (const { subnet } of network.subnets) {
      const range = parseCidr(subnet);
      for (const text of addresses) {
        const address = parseAddress(text);
        if (range === undefined || address === undefined || !containsAddress(range, address)) continue;
        const last = this.#last.get(subnet);
        if (last === undefined || address.bits > last) this.#last.set(subnet, address.bits);
      }
    }
  }

  /**
   * One address of each subnet, taken for the sandbox: what is asked for, else what it would like where that is free, else the next free one. Throws
   * InvalidArgument (AddressTaken, AddressOutside), ResourceExhausted (NoFreeAddress); nothing is taken then.
   */
  choose(network: NetworkSpec, wanted: Omit<AttachmentSpec, 'network'>, sandbox: string): readonly string[] {
    const { addresses: asked = [], preferred = [] } = wanted;
    if (network.driver === 'cni') {
      // Its plugins allocate, and are told what is asked for.
      this.take(network.uid, [], sandbox);
      return asked;
    }
    this.check(network, asked, sandbox);
    const chosen = network.subnets.map((subnet) => {
      const own = asked.map(canonical).find((address) => canGive(subnet, address));
      if (own !== undefined) return this.#asked(network, own, sandbox);
      const liked = preferred
        .map(canonical)
        .find((address) => canGive(subnet, address) && this.#free(network, address));
      return liked ?? this.#next(network, subnet);
    });
    this.take(network.uid, chosen, sandbox);
    return chosen;
  }

  /** Throws as `choose` does when one of these cannot be the sandbox's; takes nothing. */
  check(network: NetworkSpec, asked: readonly string[], sandbox: string): void {
    if (network.driver === 'cni') return;
    const outside = asked.find((address) => !network.subnets.some((subnet) => canGive(subnet, address)));
    if (outside !== undefined) {
      const ranges = network.subnets.map(({ subnet }) => subnet).join(' and ');
      throw new RuntimeError('InvalidArgument', `network ${network.name} cannot give ${outside}: it has ${ranges}`, {
        reason: 'AddressOutside',
      });
    }
    for (const address of asked) this.#asked(network, canonical(address), sandbox);
  }

  #free({ uid }: NetworkSpec, address: string): boolean {
    return this.holder(uid, address) === undefined;
  }

  #asked({ uid, name }: NetworkSpec, address: string, sandbox: string): string {
    const holder = this.holder(uid, address);
    if (holder === undefined || holder === sandbox) return address;
    throw new RuntimeError('InvalidArgument', `${address} of network ${name} belongs to sandbox ${holder}`, {
      reason: 'AddressTaken',
    });
  }

  #next(network: NetworkSpec, { subnet, gateway }: Subnet): string {
    const range = parseCidr(subnet);
    const [first, last] = range === undefined ? [1n, 0n] : bounds(range);
    const family = range?.family ?? 4;
    const size = last - first + 1n;
    const start = (this.#last.get(subnet) ?? first - 1n) + 1n - first;
    for (let step = 0n; step < size; step += 1n) {
      const bits = first + ((start + step) % size);
      const address = formatAddress({ family, bits });
      if (address === gateway || !this.#free(network, address)) continue;
      this.#last.set(subnet, bits);
      return address;
    }
    throw new RuntimeError('ResourceExhausted', `network ${network.name} has no address left in ${subnet}`, {
      reason: 'NoFreeAddress',
    });
  }
}

/** First and last address to give. A range of one or two addresses has none for the network itself and for all. */
function bounds(range: Cidr): readonly [bigint, bigint] {
  const [first, last] = [masked(range).bits, lastAddress(range).bits];
  return sizeOf(range.family) - range.length <= 1 ? [first, last] : [first + 1n, last - 1n];
}

/** As this adapter writes it; what is no address stays, and fits nowhere. */
function canonical(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}

function canGive({ subnet, gateway }: Subnet, text: string): boolean {
  const [range, address] = [parseCidr(subnet), parseAddress(text)];
  if (range === undefined || address === undefined || !containsAddress(range, address)) return false;
  const [first, last] = bounds(range);
  return canonical(gateway) !== canonical(text) && address.bits >= first && address.bits <= last;
}
