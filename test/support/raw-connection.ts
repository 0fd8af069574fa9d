import { once } from 'node:events';
import { connect as plainConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ApiProcess } from './api-process.ts';

/** A connection that does only what the test tells it. Errors of the socket end it and nothing else. */
export interface RawConnection extends Disposable {
  readonly socket: Socket;
  /** All that has come so far. */
  readonly text: () => string;
  /** Resolves when the other side is gone. */
  readonly closed: Promise<void>;
}

export async function connectRaw(server: ApiProcess, way: 'unix' | 'https'): Promise<RawConnection> {
  const { target } = way === 'unix' ? server.unix : await server.https();
  const socket =
    way === 'unix'
      ? plainConnect({ path: server.socketPath })
      : tlsConnect({ host: '127.0.0.1', port: Number(target.port), ca: target.ca, cert: target.cert, key: target.key });
  await once(socket, way === 'unix' ? 'connect' : 'secureConnect');
  return rawConnection(socket);
}

export function rawConnection(socket: Socket): RawConnection {
  let seen = '';
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')));
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return { socket, text: () => seen, closed, [Symbol.dispose]: () => socket.destroy() };
}

/** A request without a body. */
export const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
