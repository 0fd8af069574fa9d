import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { ApiError } from '../../../client/client.ts';
import { createHttpClient } from '../../../client/http.ts';
import { openExecServer, type Script, type ScriptedSocket } from '../../support/exec-server.ts';

const PATH = '/apis/x/v1/things/a/portforward?ports=80';
const NAME = Buffer.from([80, 0]);

async function against(script: Script, body: (open: () => Promise<Duplex>) => Promise<void>) {
  await using server = await openExecServer(script);
  using client = await createHttpClient({ connection: { socketPath: server.socketPath }, userAgent: 'test/1' });
  await body(() => client.remotePort(PATH));
}

async function name({ send }: ScriptedSocket): Promise<void> {
  await send(0, NAME);
  await send(1, NAME);
}

/** All that the client says until it ends its half. */
async function heard(socket: ScriptedSocket): Promise<string> {
  return String(await socket.input());
}

test('bytes go both ways, each half to its end', async (t) => {
  const script: Script = async (socket) => {
    await name(socket);
    await socket.send(0, `echo ${await heard(socket)}`);
    socket.raw.close(1000);
  };
  await against(script, async (open) => {
    const stream = await open();
    stream.write('hello ');
    stream.end('there');
    t.is(await text(stream), 'echo hello there');
  });
});

const broken: readonly (readonly [what: string, end: Script, words: RegExp])[] = [
  ['breaks off', async ({ raw }) => raw.terminate(), /the connection broke off/],
  [
    'is closed before its end',
    async ({ raw }) => raw.close(1001, 'the server is stopping'),
    /the server closed the connection \(the server is stopping\)/,
  ],
  [
    'goes wrong inside',
    async ({ send }) => await send(1, 'error forwarding port 80: reset'),
    /^error forwarding port 80: reset/,
  ],
];
for (const [what, end, words] of broken) {
  test(`a connection that ${what} does not pass for a whole one`, async (t) => {
    const script: Script = async (socket, url) => {
      await name(socket);
      await socket.send(0, 'half');
      await end(socket, url);
      await socket.next();
    };
    await against(script, async (open) => {
      const stream = await open();
      await t.throwsAsync(text(stream), { message: words });
    });
  });
}

test('who writes to a connection that broke off is told', async (t) => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const script: Script = async (socket) => {
    await name(socket);
    socket.raw.terminate();
    resolve();
  };
  await against(script, async (open) => {
    const stream = await open();
    await gone;
    const failed = once(stream, 'error');
    const write = (): void => void stream.write('hello', (error) => error ?? setImmediate(write));
    write();
    t.regex(((await failed) as [Error])[0].message, /the connection broke off/);
  });
});

test('what is written after the end goes nowhere, and what came before can be read', async (t) => {
  const script: Script = async (socket) => {
    await name(socket);
    await socket.send(0, 'all of it');
    socket.raw.close(1000);
    await socket.next();
  };
  await against(script, async (open) => {
    const stream = await open();
    const chunks: string[] = [];
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      chunks.push(String(chunk));
      for (let n = 0; n < 100; n++) stream.write('more');
    }
    await new Promise<void>((resolve) => stream.end(resolve));
    t.deepEqual(chunks, ['all of it']);
  });
});

/** Answers the handshake and refuses in one piece. */
async function openHastyServer(words: string) {
  const directory = await mkdtemp('/tmp/tsm-p-');
  const socketPath = join(directory, 's');
  const message = (channel: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0x82, bytes.length + 1, channel]), bytes]);
  const server = createServer();
  server.on('upgrade', (request: IncomingMessage, connection) => {
    const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const head = `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: v5.channel.k8s.io\r\n\r\n`;
    connection.on('error', () => undefined);
    connection.end(
      Buffer.concat([
        Buffer.from(head),
        message(0, NAME),
        message(1, NAME),
        message(1, Buffer.from(words)),
        Buffer.from([0x88, 2, 0x03, 0xe8]),
      ]),
    );
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

test('what comes with the handshake waits for a reader', async (t) => {
  await using server = await openHastyServer('error forwarding port 80: refused');
  using client = await createHttpClient({ connection: { socketPath: server.socketPath }, userAgent: 'test/1' });
  const stream = await client.remotePort(PATH);
  for (let n = 0; n < 20; n++) await nextTurn();
  t.false(stream.destroyed);
  await t.throwsAsync(text(stream), { message: 'error forwarding port 80: refused' });
});

test('a server that refuses is an error, and leaves no stream that fails', async (t) => {
  const refuse = { code: 404, body: { kind: 'Status', status: 'Failure', message: 'no such thing', code: 404 } };
  await using server = await openExecServer(async () => undefined, { refuse });
  using client = await createHttpClient({ connection: { socketPath: server.socketPath }, userAgent: 'test/1' });
  const error = await t.throwsAsync(client.remotePort(PATH), { instanceOf: ApiError });
  t.is(error.message, 'no such thing');
  for (let n = 0; n < 20; n++) await nextTurn();
});
