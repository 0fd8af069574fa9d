/** Who has a port of this machine, from what the kernel lists of sockets and of the files of processes. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { basename } from 'node:path';
import type { PortReservation } from '../../ports/netd.ts';

/** For a person: `nginx (pid 1234)`; undefined when it is nobody whom we may see. */
export async function holderOf(port: PortReservation): Promise<string | undefined> {
  const inodes = await inodesOf(port);
  if (inodes.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await hasSocket(pid, inodes))) continue;
    if (Number(pid) === process.pid) return 'another published port';
    const program = await readlink(`/proc/${pid}/exe`).catch(() => 'a program');
    return `${basename(program)} (pid ${pid})`;
  }
  return undefined;
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
    if (target.startsWith('socket:[') && inodes.has(target.slice(8, -1))) return true;
  }
  return false;
}

/** Inodes of the sockets that are in the way. */
async function inodesOf({ protocol, hostIP, hostPort }: PortReservation): Promise<ReadonlySet<string>> {
  if (protocol === 'SCTP') return await sctpInodes(hostPort);
  const kind = protocol.toLowerCase();
  const [v4, v6] = await Promise.all(
    [kind, `${kind}6`].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const here = (text = ''): readonly SocketLine[] =>
    parseSockets(text).filter(({ port, listens }) => port === hostPort && (protocol === 'UDP' || listens));
  const wanted = hostIP === undefined ? undefined : toHex(hostIP);
  const inTheWay = ({ address }: SocketLine): boolean =>
    wanted === undefined || /^0+$/.test(address) || address === wanted;
  return new Set([...here(v4), ...here(v6)].filter(inTheWay).map(({ inode }) => inode));
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

async function sctpInodes(hostPort: number): Promise<ReadonlySet<string>> {
  return new Set(parseSctp(await readFile('/proc/net/sctp/eps', 'utf8').catch(() => '')).get(hostPort) ?? []);
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
