import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { WebSocket, createWebSocketStream } from 'ws';
import type { PortDialer, PortForwarder } from '../../api/registry/port-dialer.ts';
import type { ApiServerOptions } from '../../api/server.ts';
import { badRequest } from '../../api/status-error.ts';
import { dial as dialHere, forwardPorts, openEchoServer } from './echo-server.ts';
import { eventually } from './eventually.ts';
import { RawServer } from './raw-http.ts';

export const PATH = '/api/v1/namespaces/default/configmaps/web/portforward';
const SPDY = 'SPDY/3.1+portforward.k8s.io';

export interface PortWorld extends AsyncDisposable {
  readonly server: RawServer;
  /** Where an echo in capitals listens. */
  readonly port: number;
  readonly open: () => { readonly dialers: number; readonly connections: number };
  connect(subprotocols: readonly string[], query?: string): WebSocket;
  /** A stream of SPDY inside of a WebSocket. */
  tunnel(): Promise<Duplex>;
}

/** ConfigMaps with ports: those of this machine, or what `dial` answers. */
export async function openPortWorld(
  { dial = dialHere }: Partial<Pick<PortDialer, 'dial'>> = {},
  options: Partial<ApiServerOptions> = {},
): Promise<PortWorld> {
  await using opening = new AsyncDisposableStack();
  let dialers = 0;
  const echo = opening.use(await openEchoServer());
  const server = opening.use(await RawServer.open(options));
  const forwarder: PortForwarder = {
    async openPorts(_context, name) {
      if (name !== 'web') throw badRequest(`${name} does not run`);
      dialers++;
      return { dial, [Symbol.asyncDispose]: async () => void dialers-- };
    },
  };
  forwardPorts(server.server, ['', 'v1', 'configmaps'], forwarder);
  const owned = opening.move();
  return {
    server,
    port: echo.port,
    open: () => ({ dialers, connections: echo.connections() }),
    connect: (subprotocols, query = '') =>
      new WebSocket(`ws+unix:${server.socketPath}:${PATH}${query}`, [...subprotocols]),
    tunnel: () => openTunnel(`ws+unix:${server.socketPath}:${PATH}`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** `ws` takes no subprotocol with a slash in its name: it must not see that one is spoken. */
async function openTunnel(url: string): Promise<Duplex> {
  const socket = new WebSocket(url, { headers: { 'sec-websocket-protocol': SPDY } });
  let agreed: unknown;
  socket.on('upgrade', ({ headers }) => {
    agreed = headers['sec-websocket-protocol'];
    delete headers['sec-websocket-protocol'];
  });
  await once(socket, 'open');
  if (agreed !== SPDY) throw new Error(`the server speaks ${String(agreed)}`);
  return createWebSocketStream(socket);
}

export async function nothingIsOpen({ open }: PortWorld): Promise<void> {
  await eventually('nothing is open', () => open().dialers === 0 && open().connections === 0);
}

/** The status and text of an answer in HTTP that came instead of a WebSocket. */
export async function refusalOf(socket: WebSocket): Promise<{ readonly status: number; readonly body: string }> {
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = await text(response);
  socket.terminate();
  return { status: response.statusCode ?? 0, body };
}
