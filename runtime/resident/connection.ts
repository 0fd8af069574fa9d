/** The daemon's end of the socket to a resident program. */
import { connect, type Socket } from 'node:net';
import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import type { ResidentPaths } from './paths.ts';
import { createLineSplitter } from './program/split-lines.ts';
import type { ResidentAnswer, ResidentMessage } from './program/wire.ts';

export interface ResidentConnection<Message, Answer extends ResidentAnswer> extends Disposable {
  /** Resolves with the answer. Rejects with RuntimeError: Unavailable when the connection ends first. */
  ask(message: Message | ResidentMessage): Promise<Answer>;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
}

/** What a program of ours may say at once. */
const maxAnswerCharacters = 64 << 20;

/** `onEvent` hears what was not asked for. Rejects with Unavailable when nobody listens. */
export async function connectResident<Message, Answer extends ResidentAnswer>(
  { name, socket: path }: ResidentPaths,
  onEvent: (event: unknown) => void,
): Promise<ResidentConnection<Message, Answer>> {
  const socket = connect(path);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  socket.once('close', () => close());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => {
      reject(new RuntimeError('Unavailable', `${name} does not listen at ${path}`, { cause }));
    });
  });
  return converse(name, socket, closed, onEvent);
}

function converse<Message, Answer extends ResidentAnswer>(
  name: string,
  socket: Socket,
  closed: Promise<void>,
  onEvent: (event: unknown) => void,
): ResidentConnection<Message, Answer> {
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  const splitter = createLineSplitter(maxAnswerCharacters);
  let nextId = 1;
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    for (const line of splitter.push(text)) {
      const said = JSON.parse(line) as Partial<Answer>;
      if (said.id === undefined) onEvent(said);
      else waiting.get(said.id)?.resolve(said as Answer);
      waiting.delete(said.id ?? 0);
    }
  });
  socket.once('close', () => {
    const gone = (): RuntimeError => new RuntimeError('Unavailable', `${name} ended before it answered`);
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  });
  return {
    closed,
    async ask(message) {
      if (!socket.writable) throw new RuntimeError('Unavailable', `the connection to ${name} has ended`);
      const id = nextId++;
      const answer = Promise.withResolvers<Answer>();
      waiting.set(id, answer);
      socket.write(`${JSON.stringify({ ...message, id })}\n`);
      const result = await answer.promise;
      const { error } = result;
      if (error) throw new RuntimeError(toCode(error.code), `${name}: ${error.message}`, { cause: error });
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
