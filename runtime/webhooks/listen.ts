/** The Webhooks port on HTTP, on a listener of its own that serves nothing else. */
import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Webhooks } from '../ports/webhooks.ts';
import { answerCalls } from './answer-calls.ts';
import { HookTable } from './hook-table.ts';
import type { BucketClock } from './token-bucket.ts';

export interface WebhookListenOptions {
  readonly clock: BucketClock;
  /** Absent: nobody listens. Port 0 is any free one. */
  readonly listen?: {
    readonly host: string;
    readonly port: number;
    /** PEM. Absent: plain HTTP. */
    readonly tls?: { readonly cert: string; readonly key: string };
  };
}

export type ListeningWebhooks = Webhooks & AsyncDisposable;

/** Whoever sends slowly holds a connection no longer than this. */
const DEADLINES: ServerOptions = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5000 };
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 256;

/** Rejects as listening does (EADDRINUSE, EACCES), and for a certificate that is none. */
export async function listenForWebhooks({ clock, listen }: WebhookListenOptions): Promise<ListeningWebhooks> {
  const hooks = new HookTable(clock);
  if (listen === undefined) {
    return { address: undefined, serve: (path, hook) => hooks.add(path, hook), [Symbol.asyncDispose]: async () => {} };
  }
  const { host, port, tls } = listen;
  const answer = answerCalls(hooks);
  const server: Server =
    tls === undefined
      ? createServer(DEADLINES, answer)
      : createTlsServer({ ...DEADLINES, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...tls }, answer);
  const sockets = socketsOf(server);
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  const shown = family === 'IPv6' ? `[${address}]` : address;
  return {
    address: `${tls === undefined ? 'http' : 'https'}://${shown}:${taken}`,
    serve: (path, hook) => hooks.add(path, hook),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** All that are open, those in the middle of a handshake, too, of which the server's `closeAllConnections` knows nothing. */
function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
