import test from 'ava';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { takeImage } from '../../../../runtime/buildkit/endpoint/saved-image.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeFolder } from '../../../support/interruption.ts';

async function withDockerd(answer: RequestListener, run: (folder: string, sockets: Set<Socket>) => Promise<void>) {
  const folder = await makeFolder('/tmp/tsm-s-');
  const sockets = new Set<Socket>();
  const server = createServer(answer).listen(join(folder, 's'));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server, 'listening');
  try {
    await run(folder, sockets);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

for (const [title, forget] of [
  ['never answers when it shall forget it', () => undefined],
  ['answers that without an end', (_request, response) => void response.writeHead(200).write('x')],
] as readonly (readonly [string, RequestListener])[]) {
  test(`an image is taken from a dockerd that ${title}`, (t) =>
    withDockerd(
      (request, response) => {
        if (request.method === 'GET') response.end('an image');
        else forget(request, response);
      },
      async (folder, sockets) => {
        t.true(await takeImage(join(folder, 's'), 'name', join(folder, 'out/image'), undefined, 50));
        t.is(readFileSync(join(folder, 'out/image'), 'utf8'), 'an image');
        t.deepEqual(readdirSync(join(folder, 'out')), ['image']);
        await eventually('no connection is left', () => sockets.size === 0);
      },
    ));
}

test('an image that is not there, and a dockerd that cannot tell', (t) =>
  withDockerd(
    (request, response) => {
      response.writeHead(request.url?.includes('none') === true ? 404 : 500).write('words without an end');
    },
    async (folder, sockets) => {
      t.false(await takeImage(join(folder, 's'), 'none', join(folder, 'image'), undefined));
      await t.throwsAsync(takeImage(join(folder, 's'), 'other', join(folder, 'image'), undefined), {
        message: /HTTP 500/,
      });
      await eventually('no connection is left', () => sockets.size === 0);
    },
  ));
