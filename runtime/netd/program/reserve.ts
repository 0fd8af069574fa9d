/** Takes one port of this machine by bound sockets. What still arrives there, past the rules that lead it on, is turned away. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, isIPv6 } from 'node:net';
import type { PortReservation } from '../../ports/netd.ts';
import { parseSctp } from './port-holder.ts';

/** What has a port, and which. */
export interface Reserved extends AsyncDisposable {
  readonly port: number;
}

/** Rejects with errno errors. Port 0: any free one. */
export async function reserve({ protocol, hostIP, hostPort }: PortReservation): Promise<Reserved> {
  if (protocol === 'SCTP') return await lookForSctp(hostPort);
  const bind = protocol === 'TCP' ? bindTcp : bindUdp;
  if (hostIP !== undefined) return await bind(hostIP, hostPort);
  try {
    // One socket for both families: a machine may have thousands of such ports, and not so many files.
    return await bind('::', hostPort, false);
  } catch (error) {
    // A machine without IPv6 has no such port that could be taken.
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return await bind('0.0.0.0', hostPort);
  }
}

async function bindTcp(host: string, port: number, ipv6Only = isIPv6(host)): Promise<Reserved> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resetAndDestroy());
  server.listen({ host, port, exclusive: true, ipv6Only, backlog: 1 });
  await once(server, 'listening');
  server.on('error', () => undefined);
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function bindUdp(address: string, port: number, ipv6Only = isIPv6(address)): Promise<Reserved> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', ipv6Only });
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', () => undefined);
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const sctpPorts = { first: 49_152, last: 65_535 } as const;

/** Node has no such sockets: what others have is seen, and nobody is kept from taking it later. */
async function lookForSctp(hostPort: number): Promise<Reserved> {
  const taken = parseSctp(await readFile('/proc/net/sctp/eps', 'utf8').catch(() => ''));
  const port = hostPort === 0 ? someFree(taken) : hostPort;
  if (taken.has(port)) throw Object.assign(new Error(`bind EADDRINUSE ${port}`), { code: 'EADDRINUSE' });
  return { port, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** From a random one on, as the kernel does: what was picked before is not seen among what is taken. */
function someFree(taken: ReadonlyMap<number, unknown>): number {
  const count = sctpPorts.last - sctpPorts.first + 1;
  const start = randomInt(count);
  const ports = Array.from({ length: count }, (_, index) => sctpPorts.first + ((start + index) % count));
  return ports.find((port) => !taken.has(port)) ?? sctpPorts.first;
}
