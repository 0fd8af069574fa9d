/** Who has a port of this machine, from what the kernel lists of sockets and of the files of processes. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { basename } from 'node:path';
import type { PortReservation } from '../../ports/netd.ts';

/**
 * For a person: `nginx (pid 1234)`; nothing of those that nobody has whom we may see. However many they are, files are read and processes are gone
 * through once.
 */
export async function holdersOf<T extends PortReservation>(ports: readonly T[]): Promise<ReadonlyMap<T, string>> {
  if (ports.length === 0) return new Map();
  const inodes = await inodesOf(ports);
  const names = await programsOf(new Set([...inodes.values()].flat()));
  const nameOf = (port: T): string | undefined => inodes.get(port)?.flatMap((inode) => names.get(inode) ?? [])[0];
  return new Map(ports.flatMap((port) => [[port, nameOf(port)] as const]).filter(isNamed));
}

const isNamed = <T>(entry: readonly [T, string | undefined]): entry is readonly [T, string] => entry[1] !== undefined;

/** By inode of a socket. Ends when all are found. */
async function programsOf(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (inodes.size === 0) return found;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const own = (await socketsOf(pid)).filter((inode) => inodes.has(inode) && !found.has(inode));
    if (own.length === 0) continue;
    const name = await nameOf(pid);
    for (const inode of own) found.set(inode, name);
    if (found.size === inodes.size) break;
  }
  return found;
}

async function nameOf(pid: string): Promise<string> {
  if (Number(pid) === process.pid) return 'another published port';
  const program = await readlink(`/proc/${pid}/exe`).catch(() => 'a program');
  return `${basename(program)} (pid ${pid})`;
}

async function socketsOf(pid: string): Promise<readonly string[]> {
  const inodes: string[] = [];
  for (const file of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
    if (target.startsWith('socket:[')) inodes.push(target.slice(8, -1));
  }
  return inodes;
}

/** Inodes of the sockets that are in the way of each. */
async function inodesOf<T extends PortReservation>(ports: readonly T[]): Promise<ReadonlyMap<T, readonly string[]>> {
  const found = new Map<T, readonly string[]>();
  for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
    const own = ports.filter((port) => port.protocol === protocol);
    if (own.length === 0) continue;
    const inodeOf = protocol === 'SCTP' ? await sctpInodes() : await socketInodes(protocol);
    for (const port of own) found.set(port, inodeOf(port));
  }
  return found;
}

async function socketInodes(protocol: 'TCP' | 'UDP'): Promise<(port: PortReservation) => readonly string[]> {
  const kind = protocol.toLowerCase();
  const texts = await Promise.all(
    [kind, `${kind}6`].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const byPort = new Map<number, SocketLine[]>();
  for (const line of texts.flatMap(parseSockets)) {
    if (protocol === 'TCP' && !line.listens) continue;
    const known = byPort.get(line.port) ?? [];
    known.push(line);
    byPort.set(line.port, known);
  }
  return ({ hostIP, hostPort }) => {
    const wanted = hostIP === undefined ? undefined : toHex(hostIP);
    const inTheWay = ({ address }: SocketLine): boolean =>
      wanted === undefined || /^0+$/.test(address) || address === wanted;
    return (byPort.get(hostPort) ?? []).filter(inTheWay).map(({ inode }) => inode);
  };
}

export interface SocketLine {
  /** As the kernel prints it. */
  readonly address: string;
  readonly port: number;
  readonly listens: boolean;
  readonly inode: string;
}

/** Lines of /proc/net/{tcp,tcp6,udp,udp6}. */
export function parseSockets(text: string): readonly SocketLine[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 9)
    .map(([, local = '', , state = '', , , , , , inode = '']) => {
      const [address = '', port = ''] = local.split(':');
      return { address, port: Number.parseInt(port, 16), listens: state === '0A', inode };
    });
}

/** Words of four bytes in the order of this machine, which is the lowest first wherever Node runs. */
function toHex(address: string): string {
  const bytes = isIPv6(address) ? bytesOfIPv6(address) : address.split('.').map(Number);
  const words = Array.from({ length: bytes.length / 4 }, (_, word) => bytes.slice(word * 4, word * 4 + 4).toReversed());
  return words
    .flat()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function bytesOfIPv6(address: string): readonly number[] {
  const groups = (text: string): readonly number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [groups(head), groups(tail)];
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

async function sctpInodes(): Promise<(port: PortReservation) => readonly string[]> {
  const inodes = parseSctp(await readFile('/proc/net/sctp/eps', 'utf8').catch(() => ''));
  return ({ hostPort }) => inodes.get(hostPort) ?? [];
}

/** Inodes by local port, from /proc/net/sctp/eps; the file is there while the kernel's module is. */
export function parseSctp(text: string): ReadonlyMap<number, readonly string[]> {
  const ports = new Map<number, string[]>();
  for (const line of text.split('\n').slice(1)) {
    const [, , , , , port = '', , inode = ''] = line.trim().split(/\s+/);
    if (port !== '') ports.set(Number(port), [...(ports.get(Number(port)) ?? []), inode]);
  }
  return ports;
}
