import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { PortForwarder } from '../../api/registry/port-dialer.ts';
import type { ApiServer } from '../../api/server.ts';

/** A server that answers with what it was told in capitals, when the client has ended its half. */
export interface EchoServer extends AsyncDisposable {
  readonly port: number;
  /** How many connections are open. */
  readonly connections: () => number;
}

export async function openEchoServer(): Promise<EchoServer> {
  let open = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let said = '';
    open++;
    socket.on('data', (bytes) => (said += String(bytes))).on('error', () => undefined);
    socket.on('end', () => socket.end(said.toUpperCase())).on('close', () => open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

/** A connection to a port of this machine. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Gives a kind, by its group, version and plural, ports that lead where `forwarder` says. */
export function forwardPorts(
  { registry }: Pick<ApiServer, 'registry'>,
  [group, version, plural]: readonly [group: string, version: string, plural: string],
  forwarder: PortForwarder,
): void {
  const resource = registry.find(group, version, plural);
  if (resource === undefined) throw new Error(`no ${plural}`);
  registry.add({ ...resource, subresources: new Map([['portforward', forwarder]]) });
}
