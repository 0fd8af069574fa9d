/** An HTTP server that writes down what it is told. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface HeardCall {
  readonly method: string;
  /** As it stands on the wire. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HookServer extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly HeardCall[];
  /** It answers so from now on; status 0: not at all. */
  answer(status: number, body?: string, headers?: Readonly<Record<string, string>>): void;
}

export async function startHookServer(tls?: { readonly cert: string; readonly key: string }): Promise<HookServer> {
  const calls: HeardCall[] = [];
  let next = { status: 200, body: '', headers: {} as Readonly<Record<string, string>> };
  const hear = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    calls.push({ method, path, headers, body: await text(request) });
    if (next.status !== 0) response.writeHead(next.status, next.headers).end(next.body);
  };
  const listener: RequestListener = (request, response) => {
    void hear(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    calls,
    answer(status, body = '', headers = {}) {
      next = { status, body, headers };
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
