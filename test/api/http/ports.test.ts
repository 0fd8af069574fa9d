import { once } from 'node:events';
import test from 'ava';
import { FRAME_TYPES } from '../../../api/spdy/frames.ts';
import { eventually } from '../../support/eventually.ts';
import { nothingIsOpen, openPortWorld, PATH, refusalOf } from '../../support/port-world.ts';
import { control, createOpener, data, framesIn } from '../../support/spdy-client.ts';

test('over channels each port has its own, and says so first', async (t) => {
  await using world = await openPortWorld();
  const socket = world.connect(['v5.channel.k8s.io'], `?ports=${world.port}&ports=1`);
  const messages: Buffer[] = [];
  socket.on('message', (message: Buffer) => messages.push(message));
  await once(socket, 'open');
  socket.send(Buffer.from('\u0000hello '));
  socket.send(Buffer.from('\u0000there'));
  socket.send(Buffer.from([255, 0]));
  await once(socket, 'close');
  const on = (channel: number): readonly Buffer[] =>
    messages.filter(([first]) => first === channel).map((each) => each.subarray(1));
  const named = Buffer.from([world.port & 255, world.port >> 8]);
  t.deepEqual([on(0)[0], on(1)[0]], [named, named]);
  t.is(Buffer.concat(on(0).slice(1)).toString(), 'HELLO THERE');
  t.deepEqual([on(2)[0], on(3)[0]], [Buffer.from([1, 0]), Buffer.from([1, 0])]);
  t.regex(String(on(3)[1]), /error forwarding port 1: .*ECONNREFUSED/);
  await nothingIsOpen(world);
});

test('inside of SPDY connections come as streams in pairs, many at once', async (t) => {
  await using world = await openPortWorld();
  const wire = await world.tunnel();
  const received: Buffer[] = [];
  wire.on('data', (bytes: Buffer) => received.push(bytes));
  const syn = createOpener();
  for (let n = 0; n < 20; n++) {
    const headers = { port: String(world.port), requestid: String(n) };
    wire.write(await syn(n * 4 + 1, { ...headers, streamtype: 'error' }));
    wire.write(data(n * 4 + 1, Buffer.alloc(0), true));
    wire.write(await syn(n * 4 + 3, { ...headers, streamtype: 'data' }));
    wire.write(data(n * 4 + 3, Buffer.from(`hello ${n}`), true));
  }
  const frames = (): ReturnType<typeof framesIn> => framesIn(Buffer.concat(received));
  await eventually('all ends', async () => frames().filter(({ type }) => type === 'fin').length === 40);
  const said = (id: number): string =>
    frames()
      .flatMap((part) => (part.type === 'data' && part.stream === id ? [String(part.bytes)] : []))
      .join('');
  for (let n = 0; n < 20; n++) t.deepEqual([said(n * 4 + 1), said(n * 4 + 3)], ['', `HELLO ${n}`]);
  wire.write(control(FRAME_TYPES.GOAWAY, Buffer.alloc(8)));
  await once(wire, 'end');
  await nothingIsOpen(world);
});

test('inside of SPDY the error stream says what went wrong', async (t) => {
  await using world = await openPortWorld();
  const wire = await world.tunnel();
  const received: Buffer[] = [];
  wire.on('data', (bytes: Buffer) => received.push(bytes));
  const syn = createOpener();
  wire.write(await syn(1, { port: '1', requestid: '7', streamtype: 'error' }));
  wire.write(await syn(3, { port: '1', requestid: '7', streamtype: 'data' }));
  wire.write(await syn(5, { port: 'x', requestid: '8', streamtype: 'data' }));
  const frames = (): ReturnType<typeof framesIn> => framesIn(Buffer.concat(received));
  await eventually('an end', async () => frames().some(({ type }) => type === 'fin'));
  const words = frames().flatMap((part) => (part.type === 'data' && part.stream === 1 ? [String(part.bytes)] : []));
  t.regex(words.join(''), /^error forwarding port 1: .*ECONNREFUSED/);
  const resets = frames().filter((part) => part.type === 'control' && part.header.kind === FRAME_TYPES.RST_STREAM);
  t.true(resets.length >= 1);
  wire.destroy();
  await nothingIsOpen(world);
});

test('a client who goes away, and a server that stops, leave no connection', async (t) => {
  await using world = await openPortWorld();
  const one = world.connect(['v4.channel.k8s.io'], `?ports=${world.port}`);
  const other = world.connect(['v4.channel.k8s.io'], `?ports=${world.port},${world.port}`);
  await Promise.all([once(one, 'open'), once(other, 'open')]);
  await eventually('three connections', async () => world.open().connections === 3);
  one.terminate();
  await eventually('two connections', async () => world.open().connections === 2 && world.open().dialers === 1);
  const closed = once(other, 'close');
  await world.server[Symbol.asyncDispose]();
  t.is(((await closed) as [number])[0], 1001);
  await nothingIsOpen(world);
});

const refused: readonly (readonly [what: string, subprotocols: readonly string[], query: string, why: RegExp])[] = [
  ['no port', ['v4.channel.k8s.io'], '', /"ports\\" is required/],
  ['what is no port', ['v4.channel.k8s.io'], '?ports=80,http', /is no port from 1 to 65535/],
  ['port 0', ['v4.channel.k8s.io'], '?ports=0', /is no port/],
  ['a protocol that nobody knows', ['v9.channel.k8s.io'], '?ports=80', /offer one of these subprotocols/],
];
for (const [what, subprotocols, query, why] of refused) {
  test(`${what} is refused before anything is opened`, async (t) => {
    await using world = await openPortWorld();
    const socket = world.connect(subprotocols, query);
    const { status, body } = await refusalOf(socket);
    t.is(status, 400);
    t.regex(body, why);
    t.is(world.open().dialers, 0);
  });
}

test('without a WebSocket nothing is forwarded', async (t) => {
  await using world = await openPortWorld();
  t.regex((await world.server.request('GET', `${PATH}?ports=80`)).text, /Upgrade request required/);
  const headers = { upgrade: 'SPDY/3.1', connection: 'upgrade' };
  t.regex((await world.server.request('POST', PATH, { headers })).text, /kubectl 1\.31/);
});

test('who may only get forwards nothing', async (t) => {
  const authorizer = {
    authorize: ({ verb, subresource }: { verb: string; subresource: string }) => ({
      allowed: subresource === '' || verb === 'get',
    }),
  };
  await using world = await openPortWorld({}, { authorizer });
  const socket = world.connect(['v4.channel.k8s.io'], '?ports=80');
  const [error] = (await once(socket, 'error')) as [Error];
  t.regex(error.message, /403/);
  t.is(world.open().dialers, 0);
});
