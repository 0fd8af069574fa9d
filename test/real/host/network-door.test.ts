import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { openNetworkDoor } from '../../../runtime/host/network-door.ts';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { whenInterrupted } from '../../support/interruption.ts';

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
    [Symbol.asyncDispose]: whenInterrupted(async () => {
      child.kill('SIGKILL');
      await closed;
    }),
  });
}

/** What `look` says of a process; undefined when it has gone, or is none. */
function of<T>(pid: string, look: (directory: string) => T): T | undefined {
  try {
    return look(`/proc/${pid}`);
  } catch {
    return undefined;
  }
}

/** Of `stat`, behind the name, which may have anything in it: the state and the parent. */
const stateOf = (directory: string): readonly string[] =>
  readFileSync(`${directory}/stat`, 'utf8').split(') ').at(-1)?.split(' ').slice(0, 2) ?? [];

/** Until its last thread has ended, which closes what it has open. */
const isAlive = (directory: string): boolean =>
  stateOf(directory)[0] !== 'Z' || readdirSync(`${directory}/task`).length > 1;

/** Processes besides the server that are in its network, or that this one has started, which may be on their way there. */
function programs({ pid = 0 }: ChildProcess): readonly number[] {
  const networkOf = (directory: string): string => readlinkSync(`${directory}/ns/net`);
  const network = of(String(pid), networkOf);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(pid))
    .filter((name) => of(name, stateOf)?.[1] === String(process.pid) || of(name, networkOf) === network)
    .map(Number);
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
  t.is(programs(server).length, 1);
  await door[Symbol.asyncDispose]();
  t.deepEqual(programs(server), []);
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
  t.deepEqual(programs(server), []);
});

test.serial('a caller who gives up a connection gets none, and the next one does', async (t) => {
  await using server = await startServer();
  await using door = await createHost({ runDirectory: '/nowhere' }).openNetwork(server.pid ?? 0);
  const gone = new AbortController();
  const dialling = door.dial(8080, gone.signal);
  gone.abort(new Error('nobody waits'));
  await t.throwsAsync(dialling, { message: 'nobody waits' });
  await t.throwsAsync(door.dial(8080, gone.signal), { message: 'nobody waits' });
  const socket = await door.dial(8080);
  socket.end('hello');
  t.is(await text(socket), 'HELLO');
});

test.serial('a program that is killed opens no more connections, and nothing else breaks', async (t) => {
  await using server = await startServer();
  await using door = await createHost({ runDirectory: '/nowhere' }).openNetwork(server.pid ?? 0);
  const [program = 0] = programs(server);
  process.kill(program, 'SIGKILL');
  // this process is not told of it in between, and still writes
  while (of(String(program), isAlive)) continue;
  const dials = await Promise.allSettled(Array.from({ length: 4 }, () => door.dial(8080)));
  for (const dial of dials) t.true(dial.status === 'rejected' && isRuntimeError(dial.reason, 'Unavailable'));
  await t.throwsAsync(door.dial(8080), { message: /closed/ });
});

test.serial('without nsenter there is no way in', async (t) => {
  const error = await t.throwsAsync(openNetworkDoor(process.pid, { nsenter: ['/nowhere/nsenter'], env: {} }));
  t.true(isRuntimeError(error, 'Unsupported'), error.message);
});
