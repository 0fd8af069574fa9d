import { join } from 'node:path';
import type { Firewall } from '../ports/firewall.ts';
import type { Host, HostFacts } from '../ports/host.ts';
import type { NameTable } from '../ports/netd.ts';
import type { Networks } from '../ports/networks.ts';
import type { PlaceOf, Sandboxes } from '../ports/sandboxes.ts';
import { AddressBook } from './address-book.ts';
import type { Workshop } from './attachments.ts';
import { Bridges, MACHINE } from './bridges.ts';
import { takeAwayByForce } from './force.ts';
import { createCni } from './cni/chain.ts';
import { pluginDirectories } from './cni/plugins.ts';
import { fileFailure } from './failures.ts';
import { HostSettings, type HostRecord } from './host-settings.ts';
import { Machine } from './machine.ts';
import { bridgePrefix } from './names.ts';
import { MachineNetworks } from './networks.ts';
import { Records, type NetworkRecord, type SandboxRecord } from './records.ts';
import { routerWays } from './router-ways.ts';
import { createPlaceOf, createSandboxes } from './sandboxes.ts';
import { Turns } from './turns.ts';

export interface NetworksOptions {
  readonly facts: Pick<HostFacts, 'dataDirectory' | 'runDirectory' | 'bootId' | 'storeIdentity'>;
  readonly host: Pick<Host, 'run' | 'runPlugin' | 'unmount'>;
  readonly firewall: Firewall;
  readonly log: Workshop['log'];
  /** CNI_PATH says where the plugins are. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Why names are not answered at a gateway; undefined where they are. Asked whenever files or states are made. */
  readonly dnsProblem?: (gateway: string) => string | undefined;
  /** The machine's files; default /etc/hosts, /etc/resolv.conf, and systemd-resolved's. */
  readonly hostsPath?: string;
  readonly resolvConfPath?: string;
  readonly upstreamPath?: string;
  /** Where the kernel tells of the network that bridges are in, and where it is told: /proc/net, /proc/sys. */
  readonly procNet?: string;
  readonly sysRoot?: string;
  /** Where the kernel tells which interfaces are bridges: /sys/class/net. */
  readonly classRoot?: string;
}

export interface OpenNetworks {
  readonly networks: Networks;
  readonly sandboxes: Sandboxes;
  readonly placeOf: PlaceOf;
  /** Networks at whose gateways names can be answered: bridges to which something was attached in this boot. From memory. */
  readonly namedNetworks: () => NameTable['networks'];
  /** See force.ts. */
  readonly takeAwayByForce: () => Promise<void>;
  /** Whether something of this machine was changed for networks and not put back. */
  readonly isMachineChanged: () => boolean;
}

/** The ports `networks` and `sandboxes` on this machine. Reads what is written down, and changes nothing until it is asked to. */
export async function openNetworks(options: NetworksOptions): Promise<OpenNetworks> {
  const { facts, host, firewall, log, dnsProblem = () => undefined } = options;
  const { dataDirectory, runDirectory, storeIdentity, bootId: boot } = facts;
  const records = await openRecords(dataDirectory);
  const turns = new Turns();
  const machine = new Machine(options.procNet ?? '/proc/net');
  const ours = bridgePrefix(storeIdentity);
  const isOurs = (device: string): boolean => device.startsWith(ours);
  const [sysRoot, classRoot] = [options.sysRoot ?? '/proc/sys', options.classRoot ?? '/sys/class/net'];
  const settings = new HostSettings({
    root: sysRoot,
    classRoot,
    isOurs,
    log,
    boot,
    record: records.host,
    routerWays: () => routerWays({ machine, classRoot, sysRoot, isOurs }),
  });
  const bridges = new Bridges({
    boot,
    host,
    firewall,
    settings,
    machine,
    turns,
    networks: records.networks,
    sandboxes: records.sandboxes,
  });
  const cni = createCni(host, pluginDirectories(options.env?.['CNI_PATH']));
  const book = fillBook(records);
  const networks = new MachineNetworks({
    boot,
    storeIdentity,
    records: records.networks,
    book,
    bridges,
    machine,
    cni,
    dnsProblem,
    turns,
  });
  const shop: Workshop = {
    boot,
    host,
    cni,
    bridges,
    book,
    log,
    sandboxes: records.sandboxes,
    network: (uid) => networks.find(uid),
    netnsPath: (id) => join(runDirectory, 'netns', id),
  };
  const hostPaths = {
    hosts: options.hostsPath ?? '/etc/hosts',
    resolvConf: options.resolvConfPath ?? '/etc/resolv.conf',
    upstream: options.upstreamPath ?? '/run/systemd/resolve/resolv.conf',
  };
  return {
    networks,
    sandboxes: createSandboxes({ shop, runDirectory, hostPaths, dnsProblem, turns }),
    placeOf: createPlaceOf(shop),
    namedNetworks: () => namedNetworks(records.networks, boot),
    takeAwayByForce: () =>
      turns.take(MACHINE, () =>
        takeAwayByForce({ host, machine, settings, isOurs, netnsFolder: join(runDirectory, 'netns') }),
      ),
    isMachineChanged: () => settings.isChanged,
  };
}

async function openRecords(dataDirectory: string) {
  try {
    const [networks, sandboxes, host] = await Promise.all([
      Records.open<NetworkRecord>(join(dataDirectory, 'networks')),
      Records.open<SandboxRecord>(join(dataDirectory, 'sandboxes')),
      Records.open<HostRecord>(join(dataDirectory, 'network')),
    ]);
    return { networks, sandboxes, host };
  } catch (error) {
    throw fileFailure('records of networks', error);
  }
}

function fillBook({ networks, sandboxes }: Awaited<ReturnType<typeof openRecords>>): AddressBook {
  const book = new AddressBook();
  for (const { id, attachments } of sandboxes.values()) {
    for (const { network, addresses } of attachments) {
      const spec = networks.get(network)?.spec;
      book.take(network, addresses, id);
      if (spec !== undefined) book.remember(spec, addresses);
    }
  }
  return book;
}

function namedNetworks(networks: Records<NetworkRecord>, boot: string): NameTable['networks'] {
  return networks
    .values()
    .filter((record) => record.spec.driver === 'bridge' && record.boot === boot)
    .map(({ spec: { uid, namespace, subnets, internal } }) => ({
      uid,
      namespace,
      gateways: subnets.map(({ gateway }) => gateway),
      subnets: subnets.map(({ subnet }) => subnet),
      internal,
    }));
}
