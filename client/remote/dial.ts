import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from '../http-transport.ts';

type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

export interface DialOptions extends TlsOptions {
  readonly createConnection?: () => Socket;
  readonly url: string;
  /** For messages. */
  readonly where: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a WebSocket gets to the server and is let in. */
export function dialOptions(connection: Connection, path: string): DialOptions {
  if ('socketPath' in connection) {
    const { socketPath } = connection;
    return {
      url: `ws://tsmoby${path}`,
      where: socketPath,
      headers: {},
      createConnection: () => connect(socketPath),
    };
  }
  const { server, ca, cert, key, token, serverName, insecureSkipTlsVerify } = connection;
  const url = new URL(path, server);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    url: url.href,
    where: server,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: insecureSkipTlsVerify !== true,
  };
}
