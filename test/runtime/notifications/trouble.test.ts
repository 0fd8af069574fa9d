import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import test from 'ava';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { createNotifications } from '../../../runtime/notifications/create.ts';
import { startHookServer } from '../../support/hook-server.ts';

const notifications = createNotifications({ env: {} });
const to = (url: string) => ({ url, body: '{}', credentials: {} });

/** A server below HTTP. */
async function startServer(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const answering = (answer: string, { ends = false } = {}) =>
  startServer((socket) => {
    socket.once('data', () => (ends ? socket.end(answer) : socket.write(answer)));
  });

test('a proxy that never answers keeps neither the call nor its connection', async (t) => {
  const stop = new AbortController();
  const closed = Promise.withResolvers<void>();
  await using proxy = await startServer((socket) => {
    socket.once('data', () => stop.abort());
    socket.once('close', () => closed.resolve());
  });
  const env = { HTTPS_PROXY: proxy.url };
  const message = to('https://chat.example.com/x');
  const stopped = await t.throwsAsync(createNotifications({ env }).post(message, stop.signal));
  t.true(isRuntimeError(stopped, 'Cancelled'), String(stopped));
  await closed.promise;
  const late = await t.throwsAsync(createNotifications({ env, deadlineMs: 50 }).post(message));
  t.true(isRuntimeError(late, 'DeadlineExceeded'), String(late));
});

test('a proxy that is no URL is told without its password, and tried again', async (t) => {
  const proxy = 'http://me:hu/sh@proxy.example.com';
  const proxied = createNotifications({ env: { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } });
  for (const url of ['https://chat.example.com/x', 'http://chat.example.com/x']) {
    const error = await t.throwsAsync(proxied.post(to(url)), { message: /^chat\.example\.com: the proxy / });
    t.true(isRuntimeError(error, 'Unavailable'), String(error));
    t.notRegex(`${error.message} ${String(error.cause)}`, /hu\/sh|proxy\.example/);
  }
});

test('a server that would speak something else, or goes without a word, ends the call', async (t) => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n';
  await using switching = await answering(head);
  const switched = await t.throwsAsync(notifications.post(to(switching.url)), { message: /answered 101$/ });
  t.true(isRuntimeError(switched, 'InvalidArgument'), String(switched));
  await using silent = await answering('', { ends: true });
  const gone = await t.throwsAsync(notifications.post(to(silent.url)));
  t.true(isRuntimeError(gone, 'Unavailable'), String(gone));
});

test('what an answer means stands in its head, whatever becomes of its body', async (t) => {
  for (const ends of [true, false]) {
    await using taking = await answering('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', { ends });
    await t.notThrowsAsync(notifications.post(to(taking.url)));
  }
  await using refusing = await answering('HTTP/1.1 401 No\r\ncontent-length: 10\r\n\r\nhalf', { ends: true });
  const refused = await t.throwsAsync(notifications.post(to(refusing.url)), { message: /answered 401$/ });
  t.true(isRuntimeError(refused, 'Unauthorized'), String(refused));
});

test('a 403 for who asks too often may be another answer later', async (t) => {
  await using server = await startHookServer();
  for (const [headers, code] of [
    [{ 'retry-after': '60' }, 'ResourceExhausted'],
    [{ 'x-ratelimit-remaining': '0' }, 'ResourceExhausted'],
    [{ 'x-ratelimit-remaining': '7' }, 'Unauthorized'],
  ] as const) {
    server.answer(403, '', headers);
    const error = await t.throwsAsync(notifications.post(to(server.url)));
    t.true(isRuntimeError(error, code), String(error));
  }
});
