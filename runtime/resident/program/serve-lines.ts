/** Answers the daemon on a unix socket: one JSON object a line, answers in the order in which things are done. */
import { unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createLineSplitter } from './split-lines.ts';
import type { Request, ResidentAnswer } from './wire.ts';

/** An answer, and who has the connection afterwards, if not this file. */
export type Handled<Answer> = Partial<Answer> & { readonly takeOver?: (socket: Socket) => void };

/** Somebody who is connected. */
export interface Peer {
  /** Says something that was not asked for. */
  send(event: object): void;
}

export interface LineService<Message, Answer> {
  /** Bytes of the longest request. */
  readonly maxRequestBytes: number;
  /** Rejects with errno errors. */
  handle(message: Message, peer: Peer): Promise<Handled<Answer>>;
  onPeer?(peer: Peer): void;
  /** Also when it was never told of: a connection may end before it is seen. */
  onPeerGone?(peer: Peer): void;
}

/** Listens at once (a socket file that a dead program left is replaced). */
export function serveLines<Message, Answer extends ResidentAnswer>(
  path: string,
  service: LineService<Message, Answer>,
): Server {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const server = createServer((socket) => converse(socket, service));
  // One connection that could not be taken is no reason to end; a path at which it cannot listen is.
  server.once('listening', () => server.on('error', () => undefined));
  server.listen(path);
  return server;
}

function converse<Message, Answer extends ResidentAnswer>(socket: Socket, service: LineService<Message, Answer>): void {
  const splitter = createLineSplitter(service.maxRequestBytes);
  const peer: Peer = {
    send: (event) => void (socket.writable && socket.write(`${JSON.stringify(event)}\n`)),
  };
  // A daemon that dies in the middle of a sentence is no trouble of ours.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => service.onPeerGone?.(peer));
  service.onPeer?.(peer);
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    try {
      for (const line of splitter.push(text)) void answer(socket, line, peer, service);
    } catch {
      socket.destroy();
    }
  });
}

async function answer<Message, Answer extends ResidentAnswer>(
  socket: Socket,
  line: string,
  peer: Peer,
  service: LineService<Message, Answer>,
): Promise<void> {
  let request: Request<Message>;
  try {
    request = JSON.parse(line) as Request<Message>;
  } catch {
    socket.destroy();
    return;
  }
  const { takeOver, ...result } = await service.handle(request, peer).catch(toError);
  if (!socket.writable) return;
  socket.write(`${JSON.stringify({ ...result, id: request.id })}\n`);
  takeOver?.(socket);
}

function toError(error: unknown): Pick<ResidentAnswer, 'error'> & { readonly takeOver?: undefined } {
  const { code, message } = error as NodeJS.ErrnoException;
  return { error: { code: code ?? 'UNKNOWN', message } };
}
