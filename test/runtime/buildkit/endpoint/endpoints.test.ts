/** What is said of builders that are not there, or are something else. */
import test from 'ava';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createBuilders } from '../../../../runtime/buildkit/index.ts';
import { freePort } from '../../../support/free-port.ts';
import { makeFolder } from '../../../support/interruption.ts';
import type { BuilderEndpoint } from '../../../../runtime/ports/builders.ts';
import type { RuntimeError } from '../../../../runtime/errors.ts';

const builders = createBuilders({ newId: () => 'id', hostId: 'test' });

async function failure(endpoint: BuilderEndpoint, signal?: AbortSignal): Promise<RuntimeError> {
  using builder = builders.open(endpoint);
  try {
    await builder.facts(signal);
  } catch (error) {
    return error as RuntimeError;
  }
  throw new Error('it answered');
}

async function withServer(server: Server | HttpServer, run: (path: string) => Promise<void>): Promise<void> {
  const folder = await makeFolder('/tmp/tsm-e-');
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  try {
    await run(join(folder, 's'));
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('nobody is there', async (t) => {
  const none = { code: 'Unavailable', reason: 'BuilderUnavailable' };
  const path = '/nonexistent/b.sock';
  const unix = await failure({ type: 'unix', path });
  t.like(unix, none);
  t.is(unix.message, `buildkitd at ${path} does not answer: there is no such socket; is it running?`);
  const docker = await failure({ type: 'docker', path });
  t.like(docker, none);
  t.is(docker.message, `dockerd at ${path} does not answer: there is no such socket; is it running?`);
  const port = await freePort();
  const tcp = await failure({ type: 'tcp', host: '127.0.0.1', port });
  t.like(tcp, none);
  t.regex(tcp.message, /nobody listens there/);
});

test('a certificate that is none is no trouble of the builder', async (t) => {
  const error = await failure({ type: 'tcp', host: '127.0.0.1', port: 1, tls: { ca: 'x', cert: 'y', key: 'z' } });
  t.is(error.code, 'InvalidArgument');
});

test('TLS where there is none', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const error = await failure({ type: 'tcp', host: '127.0.0.1', port, tls: { ca: '' } });
  t.is(error.code, 'Unavailable');
  server.close();
});

test('a dockerd without BuildKit', (t) =>
  withServer(
    createHttpServer((_request, response) => response.writeHead(404).end()),
    async (path) => {
      t.like(await failure({ type: 'docker', path }), { code: 'Unsupported', reason: 'BuilderTooOld' });
    },
  ));

test('something that hangs up at once', (t) =>
  withServer(
    createServer((socket) => socket.destroy()),
    async (path) => {
      t.like(await failure({ type: 'unix', path }), { code: 'Unavailable', reason: 'BuilderUnavailable' });
      t.like(await failure({ type: 'docker', path }), { code: 'Unavailable', reason: 'BuilderUnavailable' });
    },
  ));

test('something that never says a word is given up when the caller gives up', (t) =>
  withServer(
    createServer((socket) => socket.on('error', () => undefined)),
    async (path) => {
      for (const type of ['unix', 'docker'] as const) {
        const abort = new AbortController();
        const failing = failure({ type, path }, abort.signal);
        setImmediate(() => abort.abort(new Error('enough')));
        t.is((await failing).code, 'Cancelled');
      }
    },
  ));

test('a builder that is disposed answers nothing any more', async (t) => {
  const builder = builders.open({ type: 'unix', path: '/nonexistent/b.sock' });
  builder[Symbol.dispose]();
  await t.throwsAsync(builder.usage());
});
