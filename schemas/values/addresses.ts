/**
 * IP addresses and ranges of them as numbers. Texts are read as Kubernetes reads them: no IPv4 inside of IPv6, no zones, no leading zeros; and
 * written in their canonical form (RFC 5952).
 */
import { isIP } from 'node:net';

export type Family = 4 | 6;

export interface Address {
  readonly family: Family;
  readonly bits: bigint;
}

/** A range in CIDR notation. Its address may have bits behind the prefix. */
export interface Cidr extends Address {
  readonly length: number;
}

/** Bits of an address. */
export const sizeOf = (family: Family): number => (family === 4 ? 32 : 128);

/** Undefined for what is no address. */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) return { family, bits: BigInt(text.split('.').reduce((all, part) => all * 256 + Number(part), 0)) };
  if (family !== 6 || text.includes('%')) return undefined;
  if (text.includes('.') || /^::ffff:/i.test(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const front = groups(head);
  const back = groups(tail ?? '');
  const all =
    tail === undefined ? front : [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return { family: 6, bits: all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n) };
}

export function formatAddress({ bits, family }: Address): string {
  const group = (index: number, width: bigint): bigint => (bits >> (BigInt(index) * width)) & ((1n << width) - 1n);
  if (family === 4) return [3, 2, 1, 0].map((index) => String(group(index, 8n))).join('.');
  const groups = [7, 6, 5, 4, 3, 2, 1, 0].map((index) => group(index, 16n).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].map(([run]) => run);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  const before = text.slice(0, at).replace(/:$/, '');
  const after = text.slice(at + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** Undefined for what is no range. */
export function parseCidr(text: string): Cidr | undefined {
  const found = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = parseAddress(found?.[1] ?? '');
  const length = Number(found?.[2]);
  return address !== undefined && length <= sizeOf(address.family) ? { ...address, length } : undefined;
}

export const formatCidr = (cidr: Cidr): string => `${formatAddress(cidr)}/${String(cidr.length)}`;

const prefixOf = ({ bits, family }: Address, length: number): bigint => bits >> BigInt(sizeOf(family) - length);

export function containsAddress(cidr: Cidr, address: Address): boolean {
  return cidr.family === address.family && prefixOf(cidr, cidr.length) === prefixOf(address, cidr.length);
}

/** Whether two ranges have an address in common: then one holds the other. */
export function overlap(a: Cidr, b: Cidr): boolean {
  return a.length <= b.length ? containsAddress(a, b) : containsAddress(b, a);
}

/** The range without bits behind the prefix: its address is the first one of it. */
export function masked({ bits, family, length }: Cidr): Cidr {
  const rest = BigInt(sizeOf(family) - length);
  return { family, length, bits: (bits >> rest) << rest };
}

/** The last address of a range; IPv4's broadcast. */
export function lastAddress(cidr: Cidr): Address {
  const rest = BigInt(sizeOf(cidr.family) - cidr.length);
  return { family: cidr.family, bits: masked(cidr).bits | ((1n << rest) - 1n) };
}
