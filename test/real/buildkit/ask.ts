/** The least that can be asked of a BuildKit, without the adapter: what is tested here are the parts that the adapter is tested with. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { BuilderEndpoint } from '../../../runtime/ports/builders.ts';
import { tarOf } from '../../../tools/busybox-image/tar.ts';
import { readFile } from 'node:fs/promises';

/** The id of BuildKit's first worker, as Control/ListWorkers answers it. */
export async function workerOf(endpoint: BuilderEndpoint): Promise<string | undefined> {
  const socket = await dial(endpoint);
  const session = connectHttp2('http://builder', { createConnection: () => socket });
  const failed = new Promise<never>((_, reject) => session.on('error', reject));
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/moby.buildkit.v1.Control/ListWorkers',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(Buffer.alloc(5));
    // Ids are 25 digits and letters; what is around them is protobuf.
    return /[0-9a-z]{25}/.exec(await Promise.race([text(stream), failed]))?.[0];
  } finally {
    session.destroy();
  }
}

async function dial(endpoint: BuilderEndpoint): Promise<Socket> {
  switch (endpoint.type) {
    case 'unix':
      return await connected(connect(endpoint.path));
    case 'tcp': {
      const { host, port, tls } = endpoint;
      const socket = connectTls({ host, port, ...tls, ALPNProtocols: ['h2'] });
      await once(socket, 'secureConnect');
      return socket;
    }
    case 'docker': {
      const headers = { connection: 'Upgrade', upgrade: 'h2c' };
      const upgrade = request({ socketPath: endpoint.path, path: '/grpc', method: 'POST', headers, agent: false });
      const answered = once(upgrade, 'upgrade');
      upgrade.end();
      const [, socket, head] = (await answered) as [IncomingMessage, Socket, Buffer];
      socket.unshift(head);
      return socket;
    }
  }
}

async function connected(socket: Socket): Promise<Socket> {
  await once(socket, 'connect');
  return socket;
}

/** Has dockerd build a Dockerfile beside a busybox. Resolves with what it says; its last line tells how it ended. */
export async function buildByDockerd(socketPath: string, dockerfile: string, signal?: AbortSignal): Promise<string> {
  const context = await tarOf({
    Dockerfile: dockerfile,
    '/bin/busybox': { content: await readFile('/bin/busybox'), mode: 0o755 },
  });
  await using server = createServer((_, response) => response.end(context)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const remote = `http://127.0.0.1:${String(port)}/context.tar`;
  const path = `/build?version=2&networkmode=none&nocache=1&remote=${encodeURIComponent(remote)}`;
  const build = request({
    socketPath,
    path,
    method: 'POST',
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
  const answered = once(build, 'response');
  build.end();
  const [response] = (await answered) as [IncomingMessage];
  return await text(response);
}
