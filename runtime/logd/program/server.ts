/** Answers the daemon on a unix socket: one JSON object a line, answers in the order in which things are done. */
import { unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, Message, Request } from './protocol.ts';

/** A request of ours has a few hundred bytes. */
const maxRequestBytes = 64 * 1024;

/** An answer, and who has the connection afterwards, if not this file. */
export interface Handled extends Partial<Answer> {
  readonly takeOver?: (socket: Socket) => void;
}

/** Listens at once (a socket file that a dead logd left is replaced). `handle` rejects with errno errors. */
export function serve(path: string, handle: (message: Message) => Promise<Handled>): Server {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const server = createServer((socket) => converse(socket, handle));
  server.listen(path);
  return server;
}

function converse(socket: Socket, handle: (message: Message) => Promise<Handled>): void {
  let received = '';
  // A daemon that dies in the middle of a sentence is no trouble of ours.
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (received + text).split('\n');
    received = lines.pop() ?? '';
    if (received.length > maxRequestBytes) return void socket.destroy();
    for (const line of lines) void answer(socket, line, handle);
  });
}

async function answer(socket: Socket, line: string, handle: (message: Message) => Promise<Handled>): Promise<void> {
  let request: Request;
  try {
    request = JSON.parse(line) as Request;
  } catch {
    socket.destroy();
    return;
  }
  const { takeOver, ...result }: Handled = await handle(request).catch(toError);
  if (!socket.writable) return;
  socket.write(`${JSON.stringify({ ...result, id: request.id })}\n`);
  takeOver?.(socket);
}

function toError(error: unknown): Partial<Answer> {
  const { code, message } = error as NodeJS.ErrnoException;
  return { error: { code: code ?? 'UNKNOWN', message } };
}
