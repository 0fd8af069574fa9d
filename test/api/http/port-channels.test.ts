/** Ports over channels, and clients who go too far or go away. */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import test from 'ava';
import type { WebSocket } from 'ws';
import { createOpener, data } from '../../support/spdy-client.ts';
import { eventually } from '../../support/eventually.ts';
import { dial as dialHere } from '../../support/echo-server.ts';
import { nothingIsOpen, openPortWorld, refusalOf } from '../../support/port-world.ts';

const V5 = ['v5.channel.k8s.io'];
const BASE64 = ['v4.base64.channel.k8s.io'];

const times = (count: number, port: number): string => `?ports=${Array.from({ length: count }, () => port).join()}`;

/** What the server says, as it comes. */
function messagesOf(socket: WebSocket): Buffer[] {
  const messages: Buffer[] = [];
  socket.on('message', (message: Buffer) => messages.push(message));
  return messages;
}

test('a client who sends too much at once loses its connections', async (t) => {
  await using world = await openPortWorld();
  const socket = world.connect(V5, times(2, world.port));
  await once(socket, 'open');
  await eventually('two connections', () => world.open().connections === 2);
  socket.send(Buffer.alloc(9 * 1024 * 1024));
  const [code] = (await once(socket, 'close')) as [number];
  t.is(code, 1009);
  await nothingIsOpen(world);
  t.deepEqual(
    world.server.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('each of 127 ports has channels of its own', async (t) => {
  await using world = await openPortWorld();
  const socket = world.connect(['v4.channel.k8s.io'], times(127, world.port));
  const messages = messagesOf(socket);
  await once(socket, 'open');
  await eventually('all are open', () => world.open().connections === 127);
  t.deepEqual(
    messages.map(([channel]) => channel).toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    Array.from({ length: 254 }, (_, channel) => channel),
  );
  socket.terminate();
  await nothingIsOpen(world);
});

test('as text, a channel is one character, also beyond 9', async (t) => {
  await using world = await openPortWorld();
  const socket = world.connect(BASE64, times(40, world.port));
  const messages = messagesOf(socket);
  await once(socket, 'open');
  await eventually('all are open', () => world.open().connections === 40);
  const named = Buffer.from([world.port & 255, world.port >> 8]).toString('base64');
  t.deepEqual(
    messages.map(String).toSorted(),
    Array.from({ length: 80 }, (_, channel) => `${String.fromCharCode(48 + channel)}${named}`).toSorted(),
  );
  socket.terminate();
  await nothingIsOpen(world);
});

test('as text, what is said on a channel beyond 9 comes back on it', async (t) => {
  const talk = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      this.push(String(chunk).toUpperCase());
      done();
    },
  });
  await using world = await openPortWorld({ dial: (port) => (port === 7 ? Promise.resolve(talk) : dialHere(port)) });
  const socket = world.connect(BASE64, `${times(6, world.port)},7`);
  const messages = messagesOf(socket);
  await once(socket, 'open');
  socket.send(`<${Buffer.from('hello').toString('base64')}`);
  await eventually('an answer', () => messages.length === 15);
  t.is(String(messages.at(-1)), `<${Buffer.from('HELLO').toString('base64')}`);
  socket.terminate();
  await nothingIsOpen(world);
});

for (const [most, protocols] of [
  [127, V5],
  [127, ['v4.channel.k8s.io']],
  [40, BASE64],
] as const) {
  test(`more than ${most} ports over ${protocols.join()} are refused before anything is opened`, async (t) => {
    await using world = await openPortWorld();
    const socket = world.connect(protocols, times(most + 1, 80));
    const { status, body } = await refusalOf(socket);
    t.is(status, 400);
    t.regex(body, new RegExp(`room for ${most} ports here, not for ${most + 1}`));
    t.is(world.open().dialers, 0);
  });
}

test('writes that wait leave no listeners', async (t) => {
  let most = 0;
  let taken = 0;
  const slow = new Duplex({
    highWaterMark: 1,
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      most = Math.max(most, slow.listenerCount('close') + slow.listenerCount('drain'));
      setImmediate(done);
    },
  });
  await using world = await openPortWorld({ dial: async () => slow });
  const socket = world.connect(V5, '?ports=80');
  await once(socket, 'open');
  for (let n = 0; n < 100; n++) socket.send(Buffer.from([0, ...Buffer.alloc(50)]));
  await eventually('all is taken', () => taken === 5000);
  t.true(most < 10, `${most} listeners`);
  socket.terminate();
  await nothingIsOpen(world);
});

test('a connection that breaks off inside is told apart from one that ends', async (t) => {
  const breaking = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  await using world = await openPortWorld({ dial: async () => breaking });
  const socket = world.connect(V5, '?ports=80');
  const messages = messagesOf(socket);
  await once(socket, 'open');
  breaking.push('half');
  await eventually('the half', () => messages.length === 3);
  breaking.destroy(new Error('read ECONNRESET'));
  await once(socket, 'close');
  t.deepEqual(messages.slice(2).map(String), ['\u0000half', '\u0001error forwarding port 80: read ECONNRESET']);
});

/** Never answers, only to be told that nobody waits any more. */
function dialForEver() {
  const open = { dials: 0 };
  const dial = async (_port: number, signal: AbortSignal): Promise<Duplex> => {
    open.dials++;
    try {
      await once(signal, 'abort');
    } finally {
      open.dials--;
    }
    throw signal.reason;
  };
  return { open, dial };
}

/** The two streams of one connection. */
async function openPair(wire: Duplex): Promise<void> {
  const syn = createOpener();
  for (const [id, streamtype] of [
    [1, 'error'],
    [3, 'data'],
  ] as const)
    wire.write(await syn(id, { port: '80', requestid: '1', streamtype }));
}

test('a client who goes away waits for no connection that is still being opened', async (t) => {
  const { open, dial } = dialForEver();
  await using world = await openPortWorld({ dial });
  const socket = world.connect(V5, '?ports=80,81');
  const wire = await world.tunnel();
  await openPair(wire);
  await eventually('three dials', () => open.dials === 3);
  socket.terminate();
  wire.destroy();
  await nothingIsOpen(world);
  t.is(open.dials, 0);
});

test('a server that stops waits for no connection that is still being opened, however much waits for it', async (t) => {
  const { open, dial } = dialForEver();
  await using world = await openPortWorld({ dial });
  const socket = world.connect(V5, '?ports=80,81');
  const wire = await world.tunnel();
  await eventually('two dials', () => open.dials === 2);
  for (let n = 0; n < 100; n++) socket.send(Buffer.alloc(50_000));
  await openPair(wire);
  for (let n = 0; n < 100; n++) wire.write(data(3, Buffer.alloc(50_000)));
  await eventually('three dials', () => open.dials === 3);
  wire.on('error', () => undefined);
  await world.server[Symbol.asyncDispose]();
  t.deepEqual([open.dials, world.open().dialers], [0, 0]);
  socket.terminate();
  wire.destroy();
});
