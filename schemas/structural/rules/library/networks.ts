import { EvaluationError } from '@marcbachmann/cel-js';
import * as addresses from '../../../values/addresses.ts';
import type { Address, Cidr, Family } from '../../../values/addresses.ts';
import type { Library } from './library.ts';

/** An IP address as a value of the language. IPv4 inside IPv6 and zones are no addresses for Kubernetes. */
class CelIp implements Address {
  readonly bits: bigint;
  readonly family: Family;

  constructor({ bits, family }: Address) {
    this.bits = bits;
    this.family = family;
  }

  toString(): string {
    return addresses.formatAddress(this);
  }
}

/** A network in CIDR notation. The address may have host bits. */
class CelCidr {
  readonly ip: CelIp;
  readonly length: number;

  constructor(network: Cidr) {
    this.ip = new CelIp(network);
    this.length = network.length;
  }

  toString(): string {
    return addresses.formatCidr(plain(this));
  }
}

/** Kubernetes' `ip` and `cidr`. */
export const networks: Library = {
  types: { 'net.IP': CelIp, 'net.CIDR': CelCidr },
  namespaces: { ip: 'IpNamespace' },
  functions: {
    'isIP(string): bool': (text: string) => addresses.parseAddress(text) !== undefined,
    'ip(string): net.IP': ip,
    'IpNamespace.isCanonical(string): bool': (_: object, text: string) => ip(text).toString() === text,
    'string(net.IP): string': (address: CelIp) => address.toString(),
    'net.IP.family(): int': ({ family }: CelIp) => BigInt(family),
    'net.IP.isUnspecified(): bool': ({ bits }: CelIp) => bits === 0n,
    'net.IP.isLoopback(): bool': (address: CelIp) => isIn(address, '127.0.0.0/8', '::1/128'),
    'net.IP.isLinkLocalUnicast(): bool': (address: CelIp) => isIn(address, '169.254.0.0/16', 'fe80::/10'),
    'net.IP.isLinkLocalMulticast(): bool': (address: CelIp) => isIn(address, '224.0.0.0/24', 'ff02::/16'),
    'net.IP.isGlobalUnicast(): bool': isGlobalUnicast,
    'isCIDR(string): bool': (text: string) => addresses.parseCidr(text) !== undefined,
    'cidr(string): net.CIDR': cidr,
    'string(net.CIDR): string': (network: CelCidr) => network.toString(),
    'net.CIDR.ip(): net.IP': (network: CelCidr) => network.ip,
    'net.CIDR.prefixLength(): int': ({ length }: CelCidr) => BigInt(length),
    'net.CIDR.masked(): net.CIDR': masked,
    'net.CIDR.containsIP(net.IP): bool': containsIp,
    'net.CIDR.containsIP(string): bool': (network: CelCidr, text: string) => containsIp(network, ip(text)),
    'net.CIDR.containsCIDR(net.CIDR): bool': containsCidr,
    'net.CIDR.containsCIDR(string): bool': (network: CelCidr, text: string) => containsCidr(network, cidr(text)),
  },
  operators: {
    'net.IP == net.IP': (a: CelIp, b: CelIp) => a.family === b.family && a.bits === b.bits,
    'net.CIDR == net.CIDR': (a: CelCidr, b: CelCidr) => a.toString() === b.toString(),
  },
};

function ip(text: string): CelIp {
  const address = addresses.parseAddress(text);
  if (address !== undefined) return new CelIp(address);
  throw new EvaluationError(
    `IP Address ${JSON.stringify(text.slice(0, 100))} parse error during conversion from string`,
  );
}

function cidr(text: string): CelCidr {
  const network = addresses.parseCidr(text);
  if (network !== undefined) return new CelCidr(network);
  throw new EvaluationError(
    `network address parse error during conversion from string: ${JSON.stringify(text.slice(0, 100))}`,
  );
}

const plain = ({ ip: { bits, family }, length }: CelCidr): Cidr => ({ bits, family, length });

function containsIp(network: CelCidr, address: CelIp): boolean {
  return addresses.containsAddress(plain(network), address);
}

function containsCidr(network: CelCidr, inner: CelCidr): boolean {
  return inner.length >= network.length && containsIp(network, inner.ip);
}

function masked(network: CelCidr): CelCidr {
  return new CelCidr(addresses.masked(plain(network)));
}

const isIn = (address: CelIp, v4: string, v6: string): boolean =>
  containsIp(cidr(address.family === 4 ? v4 : v6), address);

function isGlobalUnicast(address: CelIp): boolean {
  const broadcast = address.family === 4 && address.bits === 0xffffffffn;
  const multicast = isIn(address, '224.0.0.0/4', 'ff00::/8');
  const local = isIn(address, '169.254.0.0/16', 'fe80::/10');
  return address.bits !== 0n && !broadcast && !multicast && !local && !isIn(address, '127.0.0.0/8', '::1/128');
}
