import test from 'ava';
import { once } from 'node:events';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { RawServer } from '../../support/raw-http.ts';

test('the socket is for its owner alone, or for a group when one is named', async (t) => {
  await using server = await RawServer.open();
  t.is((await stat(server.socketPath)).mode & 0o777, 0o600);
  const shared = `${server.socketPath}g`;
  await server.server.listenUnix({ path: shared, group: process.getgid?.() ?? 0 });
  t.is((await stat(shared)).mode & 0o777, 0o660);
});

test('a socket file that a killed daemon left is replaced, a living one is not', async (t) => {
  await using server = await RawServer.open();
  await t.throwsAsync(server.server.listenUnix({ path: server.socketPath }), {
    message: /another server is listening/,
  });
  const stale = `${server.socketPath}o`;
  const dead = createServer().listen(`${stale}-first`);
  await once(dead, 'listening');
  // closing removes the file at its first place: what is left at the other is what a SIGKILL leaves
  await rename(`${stale}-first`, stale);
  dead.close();
  await once(dead, 'close');
  await t.notThrowsAsync(server.server.listenUnix({ path: stale }));
  const file = `${server.socketPath}f`;
  await writeFile(file, 'precious');
  await t.throwsAsync(server.server.listenUnix({ path: file }), { message: /is there and no socket/ });
  t.is(await readFile(file, 'utf8'), 'precious');
});

test('a path too long for a socket is refused with its limit', async (t) => {
  await using server = await RawServer.open();
  await t.throwsAsync(server.server.listenUnix({ path: join('/tmp', 'x'.repeat(120)) }), {
    message: /longer than 107 bytes/,
  });
});

const MALFORMED: readonly string[] = [
  'nonsense\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  'POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`,
  'GET / HTTP/9.9\r\n\r\n',
  '\0\0\0\0',
];

test('malformed HTTP is answered with a refusal, or cut off, and harms nobody else', async (t) => {
  await using server = await RawServer.open();
  for (const bytes of MALFORMED) {
    const socket = await server.connect();
    socket.on('error', () => undefined);
    socket.end(bytes);
    const answer = await text(socket);
    t.true(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), JSON.stringify(answer.slice(0, 60)));
  }
  t.is((await server.request('GET', '/healthz')).text, 'ok');
  t.deepEqual(server.log.lines, []);
});

test('a request target may be a whole URL, as proxies send it; what holds no path is refused', async (t) => {
  await using server = await RawServer.open();
  const answerTo = async (line: string): Promise<string> => {
    const socket = await server.connect();
    socket.end(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return text(socket);
  };
  t.regex(await answerTo('GET http://other:80/api/v1/namespaces?limit=1'), /^HTTP\/1\.1 200 [^]*"continue":/);
  t.regex(await answerTo('GET HTTPS://other/healthz'), /^HTTP\/1\.1 200 [^]*ok$/);
  t.regex(await answerTo('GET http://other'), /^HTTP\/1\.1 200 [^]*"paths"/);
  t.regex(await answerTo('OPTIONS *'), /^HTTP\/1\.1 400 /);
  t.regex(await answerTo('GET ftp://other/api'), /^HTTP\/1\.1 400 /);
});

test('clients that go away in the middle leave nothing behind', async (t) => {
  await using server = await RawServer.open();
  const head =
    'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"meta';
  for (let n = 0; n < 20; n++) {
    const socket = await server.connect();
    socket.write(head);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
  }
  t.is((await server.request('GET', '/healthz')).text, 'ok');
  t.deepEqual(
    server.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a hundred idle connections do not keep the server from answering or from stopping', async (t) => {
  const server = await RawServer.open();
  const sockets = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
  let said = '';
  const closed = sockets.map((socket) => {
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => (said += chunk.toString()));
    socket.write('GET /healthz HT');
    return new Promise((resolve) => socket.once('close', resolve));
  });
  t.is((await server.request('GET', '/healthz')).text, 'ok');
  await server[Symbol.asyncDispose]();
  await Promise.all(closed);
  t.is(said, '', 'they waited for the limit of slow requests, after which they are told 408');
});

test('a kept-alive connection serves one request after the other', async (t) => {
  await using server = await RawServer.open();
  const socket = await server.connect();
  const ask = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  let answers = '';
  socket.on('data', (chunk: Buffer) => {
    answers += chunk.toString();
  });
  for (let n = 1; n <= 3; n++) {
    socket.write(ask);
    while ((answers.match(/\r\n\r\nok/g) ?? []).length < n) await once(socket, 'data');
  }
  t.regex(answers, /Keep-Alive: timeout=1[2-9]\d/i, 'Go clients keep idle connections for 90 s');
  socket.destroy();
});
