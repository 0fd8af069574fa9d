/** Listens at one gateway, port 53, UDP and TCP; another netd may do so at the same time, to take over without a gap. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Resolver } from './resolve.ts';
import { createFrames, frameOf } from './tcp-frames.ts';

export const dnsPort = 53;

/** A burst waits there while others are answered. */
const receiveBufferBytes = 1 << 20;
const tcp = { connections: 512, idleMs: 10_000, unsentBytes: 1 << 20 } as const;

/** Disposing lets go of the port. Rejects with errno errors. */
export async function listenAt(gateway: string, resolver: Pick<Resolver, 'resolve'>): Promise<AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  opening.use(await listenUdp(gateway, resolver));
  opening.use(await listenTcp(gateway, resolver));
  return opening.move();
}

async function listenUdp(gateway: string, resolver: Pick<Resolver, 'resolve'>): Promise<AsyncDisposable> {
  const socket: UdpSocket = createSocket({ type: isIPv6(gateway) ? 'udp6' : 'udp4', reusePort: true });
  socket.on('message', (bytes, { address, port }) => {
    // An asker that cannot be reached any more is no trouble of ours.
    resolver.resolve(bytes, address, false, (answer) => {
      try {
        socket.send(answer, port, address, () => undefined);
      } catch {
        // closed meanwhile
      }
    });
  });
  try {
    socket.bind({ port: dnsPort, address: gateway, exclusive: true });
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', () => undefined);
  socket.setRecvBufferSize(receiveBufferBytes);
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

async function listenTcp(gateway: string, resolver: Pick<Resolver, 'resolve'>): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    converse(socket, resolver);
  });
  server.maxConnections = tcp.connections;
  server.listen({ port: dnsPort, host: gateway, exclusive: true, reusePort: true });
  await once(server, 'listening');
  server.on('error', () => undefined);
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function converse(socket: Socket, resolver: Pick<Resolver, 'resolve'>): void {
  const { remoteAddress: asker = '' } = socket;
  const frames = createFrames();
  socket.on('error', () => socket.destroy());
  socket.setTimeout(tcp.idleMs, () => socket.destroy());
  socket.on('data', (bytes) => {
    for (const query of frames.push(bytes)) {
      resolver.resolve(query, asker, true, (answer) => {
        if (socket.writable) socket.write(frameOf(answer));
      });
    }
    // Asks and asks, and takes no answer.
    if (socket.writableLength > tcp.unsentBytes) socket.destroy();
  });
}
