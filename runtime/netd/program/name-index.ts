/** The table of names, made ready to be asked: who may ask for what, and what is where. */
import { BlockList, isIPv4, SocketAddress } from 'node:net';
import type { NamedHost, NameTable } from '../../ports/netd.ts';

/** A host in one network that a name stands for. */
export interface Found {
  readonly host: NamedHost;
  readonly addresses: readonly string[];
}

export interface NameIndex {
  /** Uids of the networks whose names an address may ask for; undefined for a stranger. */
  networksOf(asker: string): readonly string[] | undefined;
  /** Who has this name (lower case) in these networks; undefined: nobody, ready or not. */
  find(networks: readonly string[], name: string): readonly Found[] | undefined;
  /** Who is at this address; `null`: nobody, though it is an address of these networks. */
  hostAt(networks: readonly string[], address: string): NamedHost | null | undefined;
}

/** Addresses are kept as asking sockets tell them. */
export function canonical(address: string): string {
  const [bare = ''] = address.split('%');
  return new SocketAddress({ address: bare, family: familyOf(bare) }).address;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** So many askers are remembered: those of a full network. */
const mostAskers = 65_536;

export function createNameIndex(table: NameTable): NameIndex {
  const subnets = new Map(table.networks.map(({ uid, subnets: ranges }) => [uid, blocksOf(ranges)]));
  const names = new Map<string, Map<string, Found[]>>();
  const hosts = new Map<string, Map<string, NamedHost>>();
  const placesOf = new Map<string, Set<string>>();
  for (const host of table.hosts) {
    const uids = new Set(host.places.map(({ network }) => network));
    for (const { network, addresses, names: further } of host.places) {
      const known = entry(names, network);
      const found = { host, addresses: addresses.map(canonical) };
      for (const name of new Set([host.name, `${host.name}.${host.namespace}`, ...further])) {
        const lower = name.toLowerCase();
        known.set(lower, [...(known.get(lower) ?? []), found]);
      }
      for (const address of found.addresses) {
        entry(hosts, network).set(address, host);
        placesOf.set(address, uids.union(placesOf.get(address) ?? new Set()));
      }
    }
  }
  const within = (address: string, uid: string): boolean =>
    subnets.get(uid)?.check(address, familyOf(address)) ?? false;
  const askers = new Map<string, readonly string[] | undefined>();
  const look = (asker: string): readonly string[] | undefined => {
    const own = placesOf.get(asker);
    if (own) return [...own];
    const around = [...subnets.keys()].filter((uid) => within(asker, uid));
    return around.length > 0 ? around : undefined;
  };
  return {
    networksOf(asker) {
      const [bare = ''] = asker.split('%');
      if (askers.has(bare)) return askers.get(bare);
      const networks = look(bare);
      if (askers.size < mostAskers) askers.set(bare, networks);
      return networks;
    },
    find(networks, name) {
      const found = networks.flatMap((uid) => names.get(uid)?.get(name) ?? []);
      return found.length > 0 ? found : undefined;
    },
    hostAt(networks, address) {
      for (const uid of networks) {
        const host = hosts.get(uid)?.get(address);
        if (host) return host;
      }
      return networks.some((uid) => within(address, uid)) ? null : undefined;
    },
  };
}

function entry<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const present = maps.get(key) ?? new Map<K, V>();
  maps.set(key, present);
  return present;
}

function blocksOf(subnets: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const subnet of subnets) {
    const [address = '', length = ''] = subnet.split('/');
    blocks.addSubnet(address, Number(length), familyOf(address));
  }
  return blocks;
}
