import test from 'ava';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { keepAlive } from '../../../api/http/websocket/keep-alive.ts';

interface Pair extends AsyncDisposable {
  readonly server: WebSocket;
  /** A client that does only what the test makes it do. */
  readonly client: Socket;
  /** Opcodes of the frames that came. */
  readonly opcodes: () => readonly number[];
}

const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

async function pair(): Promise<Pair> {
  const directory = await mkdtemp('/tmp/tsm-ka-');
  const http: Server = createServer();
  const sockets = new WebSocketServer({ server: http });
  http.listen(join(directory, 's'));
  await once(http, 'listening');
  const client = connect(join(directory, 's'));
  client.on('error', () => undefined);
  const accepted = once(sockets, 'connection');
  client.write(HANDSHAKE);
  const [server] = (await accepted) as [WebSocket];
  await once(client, 'data');
  const opcodes: number[] = [];
  // Frames here have no more than 125 bytes, and one length.
  client.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) opcodes.push((bytes[at] ?? 0) & 0x0f);
  });
  return {
    server,
    client,
    opcodes: () => opcodes,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.terminate();
      http.close();
      await rm(directory, { recursive: true });
    },
  };
}

const PING = 9;
const PONG = 10;
const times = { interval: 20, patience: 200 };
const closing = (socket: WebSocket): Promise<unknown> => once(socket, 'close');

test('a client who gives no sign of life is gone after a while', async (t) => {
  await using both = await pair();
  const since = performance.now();
  keepAlive(both.server, times);
  await closing(both.server);
  t.true(performance.now() - since >= times.patience);
  t.true(both.opcodes().filter((opcode) => opcode === PING).length > 3);
});

test('any sign of life will do: an answer, a question, a message', async (t) => {
  for (const frame of ['8a8000000000', '898000000000', '828000000000']) {
    await using both = await pair();
    keepAlive(both.server, times);
    const alive = setInterval(() => both.client.write(Buffer.from(frame, 'hex')), 20);
    const ended = closing(both.server).then(() => 'ended');
    t.is(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 600, 'alive'))]), 'alive', frame);
    clearInterval(alive);
    await ended;
  }
});

test('a client whom we do not read is told that we live, and is gone only when he cannot be told', async (t) => {
  await using both = await pair();
  both.server.pause();
  keepAlive(both.server, times);
  const ended = closing(both.server).then(() => 'ended');
  t.is(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 600, 'alive'))]), 'alive');
  t.true(both.opcodes().length > 3);
  t.true(both.opcodes().every((opcode) => opcode === PONG));
  both.client.destroy();
  t.is(await ended, 'ended');
});
