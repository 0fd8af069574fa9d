import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Status } from '../../schemas/object.ts';
import { ApiError } from '../client.ts';
import { readAnswer, unreachable, type Connection } from '../http-transport.ts';
import { dialOptions } from './dial.ts';

export interface RemoteOptions {
  readonly connection: Connection;
  readonly userAgent: string;
  /** With query: `/…/exec?command=ls&stdout=true`. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two signs of life, and without one after which the other side is gone: kubectl's. */
const PING = 5_000;
const PATIENCE = 61_000;

/**
 * Opens a WebSocket on the API server; `listen` makes the answer of it before it is open, as messages may come with the server's. Rejects
 * with ApiError when the server refuses or does not answer, or with the signal's reason.
 */
export async function openSocket<T>(
  { connection, userAgent, path, signal }: RemoteOptions,
  subprotocol: string,
  listen: (socket: WebSocket) => T,
): Promise<T> {
  signal?.throwIfAborted();
  const { url, where, ...dial } = dialOptions(connection, path);
  const socket = new WebSocket(url, [subprotocol], {
    ...dial,
    headers: { ...dial.headers, 'user-agent': userAgent },
    perMessageDeflate: false,
  });
  const answer = listen(socket);
  keepAlive(socket);
  const abort = (): void => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', abort));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_, response: IncomingMessage) => {
      readAnswer(response)
        .then(() => reject(brokenOff('the server does not speak WebSocket here')), reject)
        .finally(() => socket.terminate());
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reject(signal?.aborted === true ? (signal.reason as Error) : unreachable(where, error));
    });
  });
  return answer;
}

/** A server that is gone without a word is noticed, and routers on the way remember the connection. */
function keepAlive(socket: WebSocket): void {
  let heard = performance.now();
  const hear = (): void => void (heard = performance.now());
  const timer = setInterval(() => {
    if (!socket.isPaused && performance.now() - heard > PATIENCE) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING);
  socket.on('pong', hear).on('message', hear);
  socket.once('close', () => clearInterval(timer));
}

export function brokenOff(message: string): ApiError {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 0 };
  return new ApiError({ ...status, reason: 'InternalError' });
}
