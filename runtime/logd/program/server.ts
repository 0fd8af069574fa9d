/** Answers the daemon on a unix socket: one JSON object a line, answers in the order in which things are done. */
import { unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, Message, Request } from './protocol.ts';

/** A request of ours has a few hundred bytes. */
const maxRequestBytes = 64 * 1024;

/** Listens at once (a socket file that a dead logd left is replaced). `handle` rejects with errno errors. */
export function serve(path: string, handle: (message: Message) => Promise<Partial<Answer>>): Server {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const server = createServer((socket) => converse(socket, handle));
  server.listen(path);
  return server;
}

function converse(socket: Socket, handle: (message: Message) => Promise<Partial<Answer>>): void {
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

async function answer(
  socket: Socket,
  line: string,
  handle: (message: Message) => Promise<Partial<Answer>>,
): Promise<void> {
  let request: Request;
  try {
    request = JSON.parse(line) as Request;
  } catch {
    socket.destroy();
    return;
  }
  const result = await handle(request).catch(toError);
  if (socket.writable) socket.write(`${JSON.stringify({ ...result, id: request.id })}\n`);
}

function toError(error: unknown): Partial<Answer> {
  const { code, message } = error as NodeJS.ErrnoException;
  return { error: { code: code ?? 'UNKNOWN', message } };
}
