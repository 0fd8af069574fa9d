import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { RuntimeError } from '../../errors.ts';
import type { BuilderEndpoint } from '../../ports/builders.ts';
import { openConnection } from '../grpc/connection.ts';
import { cancelledError, CONNECT_DEADLINE, unavailable } from './dial.ts';
import { statusOf } from './http.ts';
import { takeImage } from './saved-image.ts';
import { announce, type Endpoint } from './endpoint.ts';

/** The BuildKit inside dockerd: connections of its HTTP API become HTTP/2 ones, for calls and for sessions. */
export function dockerdEndpoint({ path }: BuilderEndpoint & { readonly type: 'docker' }): Endpoint {
  const title = `dockerd at ${path}`;
  return {
    kind: 'dockerd',
    title,
    connect: async (signal) => openConnection(await upgrade(path, title, '/grpc', {}, signal)),
    openSession: (_connection, announcement, signal) =>
      upgrade(path, title, '/session', announce(announcement), signal),
    hasBridge: (signal) => asked(title, signal, async () => (await statusOf(path, '/networks/bridge', signal)) !== 404),
    takeImage: (name, archive, signal) => asked(title, signal, () => takeImage(path, name, archive, signal)),
  };
}

async function asked<T>(title: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw signal?.aborted === true ? cancelledError(signal) : unavailable(title, error);
  }
}

/** `POST` with `Upgrade: h2c`, and the socket once it is switched. */
function upgrade(
  socketPath: string,
  title: string,
  path: string,
  headers: Record<string, string | string[]>,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(cancelledError(signal));
    const asking = request({
      socketPath,
      path,
      method: 'POST',
      agent: false,
      headers: { ...headers, connection: 'Upgrade', upgrade: 'h2c' },
    });
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const fail = (error: unknown): void =>
      finish(() => {
        asking.destroy();
        reject(signal?.aborted === true ? cancelledError(signal) : unavailable(title, error));
      });
    const abort = (): void => fail(signal?.reason);
    const timer = setTimeout(() => fail(new Error(`no answer within ${CONNECT_DEADLINE} ms`)), CONNECT_DEADLINE);
    signal?.addEventListener('abort', abort, { once: true });
    asking.on('error', fail);
    asking.once('upgrade', (_answer, socket: Socket, head: Buffer) =>
      finish(() => {
        // The peer's first frame may have come with the answer.
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      }),
    );
    asking.once('response', (answer) =>
      finish(() => {
        answer.resume();
        asking.destroy();
        reject(refused(title, path, answer));
      }),
    );
    asking.end();
  });
}

function refused(title: string, path: string, { statusCode = 0 }: IncomingMessage): RuntimeError {
  if (statusCode >= 500) return unavailable(title, new Error(`HTTP ${statusCode} for ${path}`));
  return new RuntimeError('Unsupported', `${title} has no BuildKit: HTTP ${statusCode} for ${path}`, {
    reason: 'BuilderTooOld',
  });
}
