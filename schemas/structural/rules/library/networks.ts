import { isIP } from 'node:net';
import { EvaluationError } from '@marcbachmann/cel-js';
import type { Library } from './library.ts';

/** An IP address as a value of the language. IPv4 inside IPv6 and zones are no addresses for Kubernetes. */
class CelIp {
  readonly bits: bigint;
  readonly family: 4 | 6;

  constructor(bits: bigint, family: 4 | 6) {
    this.bits = bits;
    this.family = family;
  }

  toString(): string {
    return write(this.bits, this.family);
  }
}

/** A network in CIDR notation. The address may have host bits. */
class CelCidr {
  readonly ip: CelIp;
  readonly length: number;

  constructor(ip: CelIp, length: number) {
    this.ip = ip;
    this.length = length;
  }

  toString(): string {
    return `${this.ip.toString()}/${String(this.length)}`;
  }
}

/** Kubernetes' `ip` and `cidr`. */
export const networks: Library = {
  types: { 'net.IP': CelIp, 'net.CIDR': CelCidr },
  namespaces: { ip: 'IpNamespace' },
  functions: {
    'isIP(string): bool': (text: string) => parseIp(text) !== undefined,
    'ip(string): net.IP': ip,
    'IpNamespace.isCanonical(string): bool': (_: object, text: string) => ip(text).toString() === text,
    'string(net.IP): string': (address: CelIp) => address.toString(),
    'net.IP.family(): int': ({ family }: CelIp) => BigInt(family),
    'net.IP.isUnspecified(): bool': ({ bits }: CelIp) => bits === 0n,
    'net.IP.isLoopback(): bool': (address: CelIp) => isIn(address, '127.0.0.0/8', '::1/128'),
    'net.IP.isLinkLocalUnicast(): bool': (address: CelIp) => isIn(address, '169.254.0.0/16', 'fe80::/10'),
    'net.IP.isLinkLocalMulticast(): bool': (address: CelIp) => isIn(address, '224.0.0.0/24', 'ff02::/16'),
    'net.IP.isGlobalUnicast(): bool': isGlobalUnicast,
    'isCIDR(string): bool': (text: string) => parseCidr(text) !== undefined,
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

const sizeOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

function ip(text: string): CelIp {
  const address = parseIp(text);
  if (address === undefined) {
    throw new EvaluationError(
      `IP Address ${JSON.stringify(text.slice(0, 100))} parse error during conversion from string`,
    );
  }
  return address;
}

function cidr(text: string): CelCidr {
  const network = parseCidr(text);
  if (network === undefined) {
    throw new EvaluationError(
      `network address parse error during conversion from string: ${JSON.stringify(text.slice(0, 100))}`,
    );
  }
  return network;
}

function parseIp(text: string): CelIp | undefined {
  const family = isIP(text);
  if (family === 4) return new CelIp(BigInt(text.split('.').reduce((all, part) => all * 256 + Number(part), 0)), 4);
  if (family !== 6 || text.includes('%')) return undefined;
  // an IPv4 address in an IPv6 one is refused, as on a real server
  if (text.includes('.') || /^::ffff:/i.test(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const front = groups(head);
  const back = groups(tail ?? '');
  const all =
    tail === undefined ? front : [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return new CelIp(
    all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n),
    6,
  );
}

function parseCidr(text: string): CelCidr | undefined {
  const found = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = parseIp(found?.[1] ?? '');
  const length = Number(found?.[2]);
  return address !== undefined && length <= sizeOf(address.family) ? new CelCidr(address, length) : undefined;
}

/** The canonical text: RFC 5952 for IPv6. */
function write(bits: bigint, family: 4 | 6): string {
  const group = (index: number, width: bigint): bigint => (bits >> (BigInt(index) * width)) & ((1n << width) - 1n);
  if (family === 4) return [3, 2, 1, 0].map((index) => String(group(index, 8n))).join('.');
  const groups = [7, 6, 5, 4, 3, 2, 1, 0].map((index) => group(index, 16n).toString(16));
  const runs = [...groups.join(':').matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].map(([run]) => run);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  const text = groups.join(':');
  if (longest === undefined) return text;
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  const before = text.slice(0, at).replace(/:$/, '');
  const after = text.slice(at + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}

const prefixOf = ({ bits, family }: CelIp, length: number): bigint => bits >> BigInt(sizeOf(family) - length);

function containsIp({ ip: own, length }: CelCidr, address: CelIp): boolean {
  return own.family === address.family && prefixOf(own, length) === prefixOf(address, length);
}

function containsCidr(network: CelCidr, inner: CelCidr): boolean {
  return inner.length >= network.length && containsIp(network, inner.ip);
}

function masked({ ip: { bits, family }, length }: CelCidr): CelCidr {
  const rest = BigInt(sizeOf(family) - length);
  return new CelCidr(new CelIp((bits >> rest) << rest, family), length);
}

const isIn = (address: CelIp, v4: string, v6: string): boolean =>
  containsIp(cidr(address.family === 4 ? v4 : v6), address);

function isGlobalUnicast(address: CelIp): boolean {
  const broadcast = address.family === 4 && address.bits === 0xffffffffn;
  const multicast = isIn(address, '224.0.0.0/4', 'ff00::/8');
  const local = isIn(address, '169.254.0.0/16', 'fe80::/10');
  return address.bits !== 0n && !broadcast && !multicast && !local && !isIn(address, '127.0.0.0/8', '::1/128');
}
