/** The daemon's end of the socket to logd. */
import { connect, type Socket } from 'node:net';
import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import type { Answer, Message } from './program/protocol.ts';

export interface LogdConnection extends Disposable {
  /** Resolves with the answer. Rejects with RuntimeError: Unavailable when the connection ends first. */
  ask(message: Message): Promise<Answer>;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
}

/** Rejects with Unavailable when nobody listens. */
export async function connectLogd(socketPath: string): Promise<LogdConnection> {
  const socket = connect(socketPath);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  socket.once('close', () => close());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => {
      reject(new RuntimeError('Unavailable', `logd does not listen at ${socketPath}`, { cause }));
    });
  });
  return converse(socket, closed);
}

function converse(socket: Socket, closed: Promise<void>): LogdConnection {
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let nextId = 1;
  let received = '';
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (received + text).split('\n');
    received = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer;
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
    }
  });
  socket.once('close', () => {
    for (const { reject } of waiting.values()) reject(new RuntimeError('Unavailable', 'logd ended before it answered'));
    waiting.clear();
  });
  return {
    closed,
    async ask(message) {
      if (!socket.writable) throw new RuntimeError('Unavailable', 'the connection to logd has ended');
      const id = nextId++;
      const answer = Promise.withResolvers<Answer>();
      waiting.set(id, answer);
      socket.write(`${JSON.stringify({ ...message, id })}\n`);
      const { error, ...result } = await answer.promise;
      if (error) throw new RuntimeError(toCode(error.code), `logd: ${error.message}`, { cause: error });
      return result;
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** What errno means here. */
function toCode(errno: string): RuntimeErrorCode {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return 'ResourceExhausted';
    case 'ENOENT':
      return 'NotFound';
    case 'ENOSYS':
      return 'Unsupported';
    default:
      return 'Internal';
  }
}
