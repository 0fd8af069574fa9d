import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createRegistry } from '../../../runtime/registry/create.ts';
import type { RegistryOptions } from '../../../runtime/registry/options.ts';
import type { Registry } from '../../../runtime/ports/registry.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** A server that does what the test says, on a free loopback port; knows what it was asked. */
export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Requests but the ones that find out whether TLS is spoken. */
  readonly seen: readonly Seen[];
}

export type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => void | Promise<void>;

export async function startServer(handler: Handler, tls?: { key: string; cert: string }, at = 0): Promise<TestServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '';
    if (path === '/v2/') {
      response.end();
      return;
    }
    const { authorization, range } = request.headers;
    seen.push({ method: request.method ?? '', url: path, authorization, range });
    void Promise.resolve(handler(request, response, path)).catch((error: unknown) => response.destroy(error as Error));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    port,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** With short patience; waits of less than a second between tries are cut to 20 ms and remembered in `waits`. */
export function createTestRegistry(
  options: Partial<RegistryOptions> = {},
  waits: number[] = [],
): Registry & Disposable {
  return createRegistry({
    clock: { now: () => Date.now() },
    timers: {
      after(delayMs, wake) {
        const isWait = delayMs !== CONNECT_TIMEOUT && delayMs !== (options.stallTimeoutMs ?? STALL_TIMEOUT);
        if (isWait) waits.push(delayMs);
        const timer = setTimeout(wake, isWait ? Math.min(delayMs, 20) : delayMs);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    },
    random: () => 0.5,
    connectTimeoutMs: CONNECT_TIMEOUT,
    stallTimeoutMs: STALL_TIMEOUT,
    ...options,
  });
}

const CONNECT_TIMEOUT = 5001;
const STALL_TIMEOUT = 5002;
