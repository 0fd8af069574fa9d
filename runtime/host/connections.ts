import { readFile } from 'node:fs/promises';
import type { Connections } from '../ports/connections.ts';

const LISTEN = '0A';
/** ESTABLISHED, SYN_RECV, FIN_WAIT1, CLOSE_WAIT, LAST_ACK, NEW_SYN_RECV: bytes may still be on their way. */
const OPEN: ReadonlySet<string> = new Set(['01', '03', '04', '08', '09', '0C']);
/** 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, as the kernel writes them on a little-endian machine. */
const LOOPBACK = /^([0-9A-F]{6}7F|00000000000000000000000001000000|0000000000000000FFFF0000[0-9A-F]{6}7F)$/;

interface Socket {
  readonly port: string;
  readonly peer: string;
  readonly state: string;
}

/** From /proc/<pid>/net, which is that of the namespace of the process. */
export function createConnections(): Connections {
  return {
    async areOpen(pid) {
      const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readTable(`/proc/${pid}/net/${name}`)));
      return hasInbound(tables.flatMap(parseSockets));
    },
  };
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EINVAL') return '';
    throw error;
  }
}

/** The lines of /proc/net/tcp, its heading left out. */
export function parseSockets(table: string): readonly Socket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/);
      const [, port] = local.split(':');
      const [peer = ''] = remote.split(':');
      return port === undefined ? [] : [{ port, peer, state }];
    });
}

export function hasInbound(sockets: readonly Socket[]): boolean {
  const listening = new Set(sockets.filter(({ state }) => state === LISTEN).map(({ port }) => port));
  return sockets.some(({ port, peer, state }) => OPEN.has(state) && listening.has(port) && !LOOPBACK.test(peer));
}
