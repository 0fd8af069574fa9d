import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { eventually } from '../../support/eventually.ts';

/** A server that answers with what it was told in capitals, when the client has ended; alone in a network of its own. */
const SERVER = `require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  let said = '';
  socket.on('data', (bytes) => (said += bytes)).on('end', () => socket.end(said.toUpperCase()));
}).listen(8080, '127.0.0.1', () => console.log('listening'));`;

async function startServer(): Promise<ChildProcess & AsyncDisposable> {
  const words = ['--net', 'sh', '-c', 'ip link set lo up && exec "$0" -e "$1"', process.execPath, SERVER];
  const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
    },
  });
}

test.serial('connections begin inside of the network of a process, and each half ends by itself', async (t) => {
  await using server = await startServer();
  const host = createHost({ runDirectory: '/nowhere' });
  await using door = await host.openNetwork(server.pid ?? 0);
  t.is(host.calls.nsenter, 1);
  const sockets = await Promise.all(Array.from({ length: 20 }, () => door.dial(8080)));
  const answers = sockets.map(async (socket, n) => {
    const answer = text(socket);
    socket.write(`hello `);
    socket.end(`${n}`);
    return await answer;
  });
  t.deepEqual(
    await Promise.all(answers),
    Array.from({ length: 20 }, (_, n) => `HELLO ${n}`),
  );
});

test.serial('where nobody listens, it is told', async (t) => {
  await using server = await startServer();
  await using door = await createHost({ runDirectory: '/nowhere' }).openNetwork(server.pid ?? 0);
  const error = await t.throwsAsync(door.dial(81));
  t.true(isRuntimeError(error, 'Unavailable'));
  t.regex(error.message, /ECONNREFUSED 127\.0\.0\.1:81/);
});

test.serial('connections outlive the door and the process inside, and nothing else does', async (t) => {
  const host = createHost({ runDirectory: '/nowhere' });
  await using server = await startServer();
  const door = await host.openNetwork(server.pid ?? 0);
  const socket = await door.dial(8080);
  await door[Symbol.asyncDispose]();
  socket.end('still here');
  t.is(await text(socket), 'STILL HERE');
  await t.throwsAsync(door.dial(8080), { message: /closed/ });
});

test.serial('a process that is not there has no network', async (t) => {
  await using server = await startServer();
  const { pid = 0 } = server;
  await server[Symbol.asyncDispose]();
  const host = createHost({ runDirectory: '/nowhere' });
  const error = await t.throwsAsync(host.openNetwork(pid));
  t.true(isRuntimeError(error, 'NotFound'), error.message);
});

test.serial('a caller who gives up leaves nothing behind', async (t) => {
  await using server = await startServer();
  const host = createHost({ runDirectory: '/nowhere' });
  const gone = new AbortController();
  const opening = host.openNetwork(server.pid ?? 0, gone.signal);
  gone.abort();
  await t.throwsAsync(opening);
  const { readdir, readFile } = await import('node:fs/promises');
  const commands = async (): Promise<readonly string[]> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    return await Promise.all(pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  };
  await eventually('no program is left', async () =>
    (await commands()).every((line) => !line.includes(`--net=/proc/${server.pid ?? 0}/`)),
  );
  t.pass();
});
