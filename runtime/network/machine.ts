/** What the kernel tells of interfaces and routes in /proc/net, without a program. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OccupiedRange } from '../ports/networks.ts';
import { containsAddress, parseCidr } from '../../schemas/values/addresses.ts';
import { unlessMissing } from './failures.ts';
import { parseIpv4Routes, parseIpv6Routes, parseTrie, type KernelRoute } from './kernel-routes.ts';

export class Machine {
  readonly #procNet: string;

  /** `procNet`: /proc/net, or /proc/<pid>/net for the network of that process. */
  constructor(procNet: string) {
    this.#procNet = procNet;
  }

  async interfaces(): Promise<ReadonlySet<string>> {
    const lines = (await this.#read('dev')).split('\n').slice(2);
    return new Set(lines.flatMap((line) => (line.includes(':') ? [line.split(':')[0]?.trim() ?? ''] : [])));
  }

  /** The interface of the default route, IPv4's where there is one. */
  async defaultInterface(): Promise<string | undefined> {
    const [ipv4, ipv6] = await Promise.all([this.#read('route'), this.#read('ipv6_route')]);
    const routes = [...parseIpv4Routes(ipv4), ...parseIpv6Routes(ipv6)];
    return routes.find(({ subnet, device }) => subnet.endsWith('/0') && device !== 'lo')?.device;
  }

  /** Interfaces whose routes, or some of them, a router has advertised. */
  async advertisedTo(): Promise<ReadonlySet<string>> {
    const routes = parseIpv6Routes(await this.#read('ipv6_route'));
    return new Set(routes.flatMap(({ advertised, device }) => (advertised && device !== undefined ? [device] : [])));
  }

  /** Whether somebody has given it an IPv6 default route. */
  async hasFixedWayOut(): Promise<boolean> {
    const routes = parseIpv6Routes(await this.#read('ipv6_route'));
    return routes.some(({ subnet, advertised, device }) => subnet === '::/0' && advertised !== true && device !== 'lo');
  }

  /** Routes and addresses but those over interfaces that are `ours`, loopback, link-local and multicast ones. */
  async occupied(ours: (device: string) => boolean): Promise<readonly OccupiedRange[]> {
    const [routes, trie, ipv6] = await Promise.all(['route', 'fib_trie', 'ipv6_route'].map((name) => this.#read(name)));
    const named = [...parseIpv4Routes(routes ?? ''), ...parseIpv6Routes(ipv6 ?? '')];
    const own = named.filter(({ device }) => device !== undefined && ours(device));
    const others = named.filter((route) => !own.includes(route) && route.device !== 'lo' && counts(route));
    const more = parseTrie(trie ?? '').filter(
      (route) =>
        counts(route) && !others.some((other) => within(route, other)) && !own.some((other) => within(route, other)),
    );
    const ranges = new Map<string, OccupiedRange>();
    for (const { subnet, device, address } of [...others, ...more]) {
      const holder = `${address ? 'address of' : 'route via'} ${device ?? 'this machine'}`;
      if (!ranges.has(subnet)) ranges.set(subnet, { subnet, holder });
    }
    return [...ranges.values()];
  }

  async #read(name: string): Promise<string> {
    return (await unlessMissing(readFile(join(this.#procNet, name), 'utf8'))) ?? '';
  }
}

/** No default route, and nothing that every machine has. */
function counts({ subnet }: KernelRoute): boolean {
  const range = parseCidr(subnet);
  if (range === undefined || range.length === 0) return false;
  return !EVERYWHERE.some((everywhere) => containsAddress(everywhere, range));
}

const EVERYWHERE = [
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
].flatMap((text) => parseCidr(text) ?? []);

function within(inner: KernelRoute, outer: KernelRoute): boolean {
  const [a, b] = [parseCidr(inner.subnet), parseCidr(outer.subnet)];
  return a !== undefined && b !== undefined && a.length >= b.length && containsAddress(b, a);
}
