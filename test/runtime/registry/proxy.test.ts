import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { digestOf, manifestOf } from '../../suites/registry.ts';
import { selfSigned } from './certificate.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { createTestRegistry, startServer } from './server.ts';

const manifest = manifestOf(Buffer.from('{}'), []);

/** An HTTP proxy that tunnels, and remembers where to. */
async function startProxy(): Promise<AsyncDisposable & { url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    tunnels.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a proxy from the environment is used, but for hosts that NO_PROXY names', async (t) => {
  const tls = selfSigned();
  const memory = createMemoryRegistry();
  memory.push('team/app', 'v1', manifest, []);
  await using server = await startServer(memory.handler, tls);
  await using proxy = await startProxy();
  const target = { reference: `${server.host}/team/app:v1`, insecure: false };
  const certificateAuthorities = [tls.cert];
  using through = createTestRegistry({ certificateAuthorities, proxyEnvironment: { HTTPS_PROXY: proxy.url } });
  t.is((await through.resolve(target)).digest, digestOf(manifest));
  t.deepEqual([...new Set(proxy.tunnels)], [server.host]);
  proxy.tunnels.length = 0;
  const proxyEnvironment = { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' };
  using direct = createTestRegistry({ certificateAuthorities, proxyEnvironment });
  t.is((await direct.resolve(target)).digest, digestOf(manifest));
  t.deepEqual(proxy.tunnels, []);
});

test('a proxy that is not there is Unavailable, without its password in the message', async (t) => {
  using registry = createTestRegistry({ proxyEnvironment: { HTTPS_PROXY: 'http://user:pr0xy-secret@127.0.0.1:1' } });
  const target = { reference: 'registry.invalid/a:b', insecure: false };
  const error = await t.throwsAsync(registry.resolve(target), { instanceOf: RuntimeError });
  t.is(error.code, 'Unavailable');
  t.false(error.message.includes('pr0xy-secret'));
});
