/** The table of names, made ready to be asked: who may ask for what, and what is where. It is changed host by host. */
import { BlockList, isIPv4, SocketAddress } from 'node:net';
import type { NamedHost, NameTable } from '../../ports/netd.ts';

/** A host in one network that a name stands for. */
export interface Found {
  readonly host: NamedHost;
  readonly addresses: readonly string[];
}

/** Addresses are kept as asking sockets tell them. */
export function canonical(address: string): string {
  const [bare = ''] = address.split('%');
  // Of IPv4 there is one way to write an address.
  return isIPv4(bare) ? bare : new SocketAddress({ address: bare, family: 'ipv6' }).address;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** So many askers are remembered: those of a full network. */
const mostAskers = 65_536;

export class NameIndex {
  readonly #hosts = new Map<number, NamedHost>();
  /** Network and name -> who has it there. */
  readonly #names = new Map<string, Map<string, readonly Found[]>>();
  /** Address -> who has it, in any network. */
  readonly #at = new Map<string, readonly NamedHost[]>();
  readonly #askers = new Map<string, readonly string[] | undefined>();
  #networks: NameTable['networks'] = [];
  #subnets: ReadonlyMap<string, BlockList> = new Map();

  get networks(): NameTable['networks'] {
    return this.#networks;
  }

  get hosts(): readonly NamedHost[] {
    return [...this.#hosts.values()];
  }

  setNetworks(networks: NameTable['networks']): void {
    this.#networks = networks;
    this.#subnets = new Map(networks.map(({ uid, subnets }) => [uid, blocksOf(subnets)]));
    this.#askers.clear();
  }

  /** Instead of what had this id. */
  put(id: number, host: NamedHost): void {
    this.drop(id);
    this.#hosts.set(id, host);
    for (const { network, addresses, names } of host.places) {
      const found = { host, addresses: addresses.map(canonical) };
      const known = this.#names.get(network) ?? new Map<string, readonly Found[]>();
      this.#names.set(network, known);
      for (const name of namesOf(host, names)) known.set(name, [...(known.get(name) ?? []), found]);
      for (const address of found.addresses) this.#at.set(address, [...(this.#at.get(address) ?? []), host]);
    }
    this.#askers.clear();
  }

  drop(id: number): void {
    const host = this.#hosts.get(id);
    if (host === undefined) return;
    this.#hosts.delete(id);
    for (const { network, addresses, names } of host.places) {
      const known = this.#names.get(network) ?? new Map<string, readonly Found[]>();
      for (const name of namesOf(host, names)) keepOthers(known, name, (found) => found.host !== host);
      for (const address of addresses) keepOthers(this.#at, canonical(address), (other) => other !== host);
      if (known.size === 0) this.#names.delete(network);
    }
    this.#askers.clear();
  }

  /** Uids of the networks whose names an address may ask for; undefined for a stranger. */
  networksOf(asker: string): readonly string[] | undefined {
    const [bare = ''] = asker.split('%');
    if (this.#askers.has(bare)) return this.#askers.get(bare);
    const networks = this.#look(bare);
    if (this.#askers.size < mostAskers) this.#askers.set(bare, networks);
    return networks;
  }

  /** Who has this name (lower case) in these networks; undefined: nobody, ready or not. */
  find(networks: readonly string[], name: string): readonly Found[] | undefined {
    const found = networks.flatMap((uid) => this.#names.get(uid)?.get(name) ?? []);
    return found.length > 0 ? found : undefined;
  }

  /** Who is at this address; `null`: nobody, though it is an address of these networks. */
  hostAt(networks: readonly string[], address: string): NamedHost | null | undefined {
    const isThere = ({ places }: NamedHost, uid: string): boolean =>
      places.some(({ network, addresses }) => network === uid && addresses.map(canonical).includes(address));
    const hosts = this.#at.get(address) ?? [];
    for (const uid of networks) {
      const host = hosts.findLast((each) => isThere(each, uid));
      if (host) return host;
    }
    return networks.some((uid) => this.#isWithin(address, uid)) ? null : undefined;
  }

  #look(asker: string): readonly string[] | undefined {
    const own = this.#at.get(asker);
    if (own) return [...new Set(own.flatMap(({ places }) => places.map(({ network }) => network)))];
    const around = [...this.#subnets.keys()].filter((uid) => this.#isWithin(asker, uid));
    return around.length > 0 ? around : undefined;
  }

  #isWithin(address: string, uid: string): boolean {
    return this.#subnets.get(uid)?.check(address, familyOf(address)) ?? false;
  }
}

function namesOf({ namespace, name }: NamedHost, further: readonly string[]): ReadonlySet<string> {
  return new Set([name, `${name}.${namespace}`, ...further].map((each) => each.toLowerCase()));
}

function keepOthers<K, V>(lists: Map<K, readonly V[]>, key: K, isOther: (value: V) => boolean): void {
  const others = (lists.get(key) ?? []).filter(isOther);
  if (others.length > 0) lists.set(key, others);
  else lists.delete(key);
}

function blocksOf(subnets: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const subnet of subnets) {
    const [address = '', length = ''] = subnet.split('/');
    blocks.addSubnet(address, Number(length), familyOf(address));
  }
  return blocks;
}
