/** /proc/net/route, fib_trie and ipv6_route as data. Lines that are not understood are left out. */
import { formatAddress, parseCidr, formatCidr, masked, type Family } from '../../schemas/values/addresses.ts';

export interface KernelRoute {
  readonly subnet: string;
  readonly device?: string;
  /** An address of this machine. */
  readonly address: boolean;
  /** A router advertised it. */
  readonly advertised?: true;
}

/** RTF_LOCAL, RTF_ANYCAST, RTF_ADDRCONF of linux/ipv6_route.h; RTF_UP of linux/route.h. */
const LOCAL = 0x80000000;
const ANYCAST = 0x00100000;
const ADVERTISED = 0x00040000;
const UP = 0x0001;

/** The main table: interface, then destination and mask as numbers in the machine's order of bytes, which is little-endian wherever Node runs. */
export function parseIpv4Routes(text: string): readonly KernelRoute[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', destination = '', , flags = '', , , , mask = ''] = line.trim().split(/\s+/);
    if (!/^[0-9A-F]{8}$/.test(destination) || !/^[0-9A-F]{8}$/.test(mask)) return [];
    if ((Number.parseInt(flags, 16) & UP) === 0) return [];
    const length = BigInt(`0x${mask}`).toString(2).replaceAll('0', '').length;
    const bits = Buffer.from(destination, 'hex').readUInt32LE();
    return [route(4, BigInt(bits), length, device, false)];
  });
}

/** All tables: destination and its length in hexadecimal digits, …, flags, interface. */
export function parseIpv6Routes(text: string): readonly KernelRoute[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [destination = '', length = ''] = fields;
    const [flags = '', device = ''] = fields.slice(-2);
    if (!/^[0-9a-f]{32}$/.test(destination) || !/^[0-9a-f]{2}$/.test(length)) return [];
    const set = Number.parseInt(flags, 16);
    if ((set & ANYCAST) !== 0) return [];
    const found = route(6, BigInt(`0x${destination}`), Number.parseInt(length, 16), device, (set & LOCAL) !== 0);
    return [(set & ADVERTISED) === 0 ? found : { ...found, advertised: true as const }];
  });
}

/** IPv4's of all tables, without interfaces: a leaf's address, and below it a line for each length, scope and type. */
export function parseTrie(text: string): readonly KernelRoute[] {
  let leaf = '';
  return text.split('\n').flatMap((line) => {
    const found = /\|-- (\S+)$/.exec(line);
    if (found !== null) leaf = found[1] ?? '';
    const [, length, type] = /^\s*\/(\d+) \S+ (UNICAST|LOCAL|UNREACHABLE|PROHIBIT|BLACKHOLE)/.exec(line) ?? [];
    const range = length === undefined ? undefined : parseCidr(`${leaf}/${length}`);
    return range === undefined ? [] : [{ subnet: formatCidr(masked(range)), address: type === 'LOCAL' }];
  });
}

function route(family: Family, bits: bigint, length: number, device: string, address: boolean): KernelRoute {
  return { subnet: `${formatAddress({ family, bits })}/${length}`, device, address };
}
