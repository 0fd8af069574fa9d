import test from 'ava';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect as plainConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions } from 'node:tls';
import type { ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import { readKubeconfig } from '../../../client/kubeconfig.ts';
import { makeFolder } from '../../support/interruption.ts';
import { RawServer } from '../../support/raw-http.ts';

/** HTTPS besides the unix socket, with what a client needs for it. */
async function openTls(
  t: ExecutionContext,
): Promise<{ readonly server: RawServer; readonly options: ConnectionOptions }> {
  const directory = await makeFolder(join(tmpdir(), 'tsm-tls-'));
  const server = await RawServer.open();
  t.teardown(async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  const kubeconfig = join(directory, 'kubeconfig');
  const { address } = await server.server.listenHttps({
    host: '127.0.0.1',
    port: 0,
    certDirectory: directory,
    kubeconfig,
  });
  const { ca, cert, key } = (await readKubeconfig(kubeconfig)).connection as Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key'
  >;
  return { server, options: { host: '127.0.0.1', port: Number(new URL(address).port), ca, cert, key } };
}

const GET = 'GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

async function ask(options: ConnectionOptions, request: string): Promise<string> {
  const socket = connect(options);
  await once(socket, 'secureConnect');
  socket.write(request);
  return text(socket);
}

test('with a certificate of ours one is somebody, without one nobody, and is told so', async (t) => {
  const { options } = await openTls(t);
  t.regex(await ask(options, GET), /^HTTP\/1\.1 200 /);
  const { cert: _cert, key: _key, ...nobody } = options;
  const refused = await ask(nobody, GET);
  t.regex(refused, /^HTTP\/1\.1 401 /);
  t.regex(refused, /"reason":"Unauthorized"/);
});

test('nobody is asked for his body, and a body that he sends all the same is not read', async (t) => {
  const { options } = await openTls(t);
  const { cert: _cert, key: _key, ...nobody } = options;
  const head = 'POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3000000\r\n';
  const answer = await ask(nobody, `${head}Expect: 100-continue\r\n\r\n`);
  t.regex(answer, /^HTTP\/1\.1 401 /);
  t.notRegex(answer, /100 Continue/);
});

test('what is no TLS, or stops in the middle of it, harms nobody', async (t) => {
  const { server, options } = await openTls(t);
  for (const bytes of [
    'GET / HTTP/1.1\r\n\r\n',
    '\x16\x03\x01',
    '\0'.repeat(1000),
    '\x16\x03\x01\xff\xff'.padEnd(2000, 'x'),
  ]) {
    const socket = plainConnect({ host: '127.0.0.1', port: Number(options.port) });
    socket.on('error', () => undefined).end(Buffer.from(bytes, 'latin1'));
    await text(socket).catch(() => '');
  }
  t.regex(await ask(options, GET), /^HTTP\/1\.1 200 /);
  t.deepEqual(
    server.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a WebSocket over HTTPS is its caller’s as any request is', async (t) => {
  const { options } = await openTls(t);
  const { host, port, ca, cert, key } = options as Record<string, string>;
  const url = `wss://${host}:${port}/api/v1/namespaces?watch=true`;
  const watch = new WebSocket(url, { ca, cert, key });
  const [event] = (await once(watch, 'message')) as [Buffer];
  t.like(JSON.parse(event.toString()), { type: 'ADDED', object: { kind: 'Namespace' } });
  watch.terminate();
  const nobody = new WebSocket(url, { ca });
  const [error] = (await once(nobody, 'error')) as [Error];
  t.regex(error.message, /401/);
});
