import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import * as fc from 'fast-check';
import type { Socket } from 'node:net';
import { createHttpClient } from '../../../client/http.ts';
import { eventually } from '../../support/eventually.ts';
import { openProcessServer, type Dialled, type ProcessServer } from '../../support/process-server.ts';
import { scriptedProcess, type Inside, type Program } from '../../support/scripted-process.ts';

const EVERYTHING = 'command=x&stdin=true&stdout=true&stderr=true';
const V5 = 'v5.channel.k8s.io';
const BINARY = ['v4.channel.k8s.io', V5, 'channel.k8s.io'];
const BASE64 = ['v4.base64.channel.k8s.io', 'base64.channel.k8s.io'];

const running = (program: Program): Promise<ProcessServer> => openProcessServer(() => scriptedProcess(program));

/** Runs until it is let go of; what it said so far is there. */
function idle(): { readonly program: Program; readonly inside: Promise<Inside> } {
  const { promise: inside, resolve } = Promise.withResolvers<Inside>();
  const program: Program = async (given) => {
    resolve(given);
    await new Promise((done) => given.gone.addEventListener('abort', done));
    return 0;
  };
  return { program, inside };
}

/** Until its input is as long as that; with each piece to both outputs, in pieces of its own. */
const echo =
  (length: number, piece: number): Program =>
  async ({ read, out, err }) => {
    for (let seen = 0; seen < length;) {
      const bytes = await read();
      if (bytes === undefined) return 1;
      seen += bytes.length;
      for (let at = 0; at < bytes.length; at += piece) {
        await Promise.all([out(bytes.subarray(at, at + piece)), err(bytes.subarray(at, at + piece))]);
      }
    }
    return 0;
  };

/** What came on a channel, put together. */
async function received({ all }: Dialled, channel: number, isText: boolean): Promise<Buffer> {
  const parts = (await all).map(({ data }) =>
    isText
      ? { channel: Number(data.toString('latin1', 0, 1)), bytes: Buffer.from(data.toString('latin1', 1), 'base64') }
      : { channel: data[0], bytes: data.subarray(1) },
  );
  return Buffer.concat(parts.filter((part) => part.channel === channel).map(({ bytes }) => bytes));
}

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 70_000, size: 'max' }), {
  minLength: 1,
  maxLength: 6,
});

test('bytes arrive whole both ways, however they are cut, in every protocol', async (t) => {
  let program: Program = async () => 0;
  await using server = await openProcessServer(() => scriptedProcess(program));
  const property = fc.asyncProperty(
    fc.constantFrom(...BINARY, ...BASE64),
    chunks,
    fc.integer({ min: 500, max: 200_000 }),
    async (protocol, pieces, cut) => {
      const whole = Buffer.concat(pieces);
      program = echo(whole.length, cut);
      const isText = BASE64.includes(protocol);
      const dialled = await server.dial(server.path(EVERYTHING), [protocol]);
      for (const piece of pieces) {
        dialled.socket.send(
          isText ? `0${Buffer.from(piece).toString('base64')}` : Buffer.concat([Buffer.of(0), piece]),
        );
      }
      for (const channel of [1, 2]) t.true(whole.equals(await received(dialled, channel, isText)), protocol);
    },
  );
  await fc.assert(property, { numRuns: 25 });
});

test('very many small messages keep their order', async (t) => {
  const count = 20_000;
  const sent = randomBytes(count);
  await using server = await running(async ({ read, out }) => {
    const hash = createHash('sha256');
    for (let seen = 0; seen < count;) {
      const bytes = (await read()) ?? Buffer.alloc(0);
      hash.update(bytes);
      seen += bytes.length;
    }
    await out(hash.digest('hex'));
    for (const byte of sent) await out(Buffer.of(byte));
    return 0;
  });
  const dialled = await server.dial(server.path(EVERYTHING), [V5]);
  for (const byte of sent) dialled.socket.send(Buffer.of(0, byte));
  const output = await received(dialled, 1, false);
  t.is(output.toString('latin1', 0, 64), createHash('sha256').update(sent).digest('hex'));
  t.true(output.subarray(64).equals(sent));
});

const PIECE = 32 * 1024;

test('a client who stops reading holds the process up, and gets everything when he goes on', async (t) => {
  const pieces = 400;
  let written = 0;
  await using server = await running(async ({ out }) => {
    for (; written < pieces; written++) await out(Buffer.alloc(PIECE, written));
    return 5;
  });
  const dialled = await server.dial(server.path(EVERYTHING), [V5]);
  dialled.socket.pause();
  await settled(() => written);
  t.true(written < 100, `${written} pieces`);
  dialled.socket.resume();
  const output = await received(dialled, 1, false);
  t.is(output.length, pieces * PIECE);
  t.is(output.at(-1), (pieces - 1) & 0xff);
  t.regex((await received(dialled, 3, false)).toString(), /"message":"5"/);
});

/** Until a number has not changed for a while. */
async function settled(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); await new Promise((resolve) => setTimeout(resolve, 250))) before = count();
}

test('a client who has not read all when the process ends gets it all the same', async (t) => {
  await using server = await running(async ({ out }) => {
    await out(Buffer.alloc(200_000, 'x'));
    return 0;
  });
  const dialled = await server.dial(server.path(EVERYTHING), [V5]);
  dialled.socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 500));
  dialled.socket.resume();
  t.is((await received(dialled, 1, false)).length, 200_000);
  t.is(await dialled.closed, 1000);
});

test('a process that takes no input stops its client, and gets everything when it goes on', async (t) => {
  const pieces = 400;
  const go = Promise.withResolvers<undefined>();
  await using server = await running(async ({ read, out }) => {
    await go.promise;
    let seen = 0;
    while (seen < pieces * PIECE) seen += (await read())?.length ?? Infinity;
    await out(String(seen));
    return 0;
  });
  const dialled = await server.dial(server.path(EVERYTHING), [V5]);
  const { socket } = dialled;
  for (let n = 0; n < pieces; n++) socket.send(Buffer.concat([Buffer.of(0), Buffer.alloc(PIECE)]));
  await settled(() => socket.bufferedAmount);
  t.true(socket.bufferedAmount > (pieces * PIECE) / 2, `${socket.bufferedAmount} bytes wait`);
  go.resolve(undefined);
  t.is((await received(dialled, 1, false)).toString(), String(pieces * PIECE));
});

test('clients who go away are noticed, whether the process writes, reads or does nothing', async (t) => {
  const writes: Program = async ({ out, gone }) => {
    while (!gone.aborted) await out(Buffer.alloc(PIECE));
    return 0;
  };
  const { program: sleeps } = idle();
  for (const [program, input] of [
    [writes, 0],
    [sleeps, 0],
    [sleeps, 200],
  ] as const) {
    const opened: ReturnType<typeof scriptedProcess>[] = [];
    await using server = await openProcessServer(() => {
      const process = scriptedProcess(program);
      opened.push(process);
      return process;
    });
    const { socket } = await server.dial(server.path(EVERYTHING), [V5]);
    for (let n = 0; n < input; n++) socket.send(Buffer.concat([Buffer.of(0), Buffer.alloc(PIECE)]));
    if (program === writes) socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.terminate();
    await eventually('the process is let go of', () => opened[0]?.gone.aborted);
  }
  t.pass();
});

test('a client who closes in order lets go as well', async (t) => {
  const { program, inside } = idle();
  await using server = await running(program);
  const { socket, closed } = await server.dial(server.path(EVERYTHING), [V5]);
  socket.close(1000);
  t.is(await closed, 1000);
  await eventually('the process is let go of', async () => (await inside).gone.aborted);
});

test('messages that mean nothing are passed over, and one that is too long ends the connection', async (t) => {
  const { program, inside } = idle();
  await using server = await running(program);
  const { socket, closed } = await server.dial(server.path(`${EVERYTHING}&tty=true`), ['v4.channel.k8s.io']);
  for (const message of [
    '',
    '\u0009x',
    '\u0001out',
    '\u0004{"Width":"80"}',
    '\u0004[',
    '\u0004{"Width":-1,"Height":3}',
  ]) {
    socket.send(Buffer.from(message, 'latin1'));
  }
  socket.send(Buffer.of(255, 0));
  socket.send(Buffer.from('\u0004{"Width":80,"Height":24}'));
  socket.send('\u0000typed');
  const { read, sizes, gone } = await inside;
  t.is((await read())?.toString(), 'typed', 'v4 has no end of input');
  t.deepEqual(sizes, [{ columns: 80, rows: 24 }]);
  socket.send(Buffer.alloc(9 * 1024 * 1024));
  t.is(await closed, 1009);
  await eventually('the process is let go of', () => gone.aborted);
});

test('input that nobody asked to send is passed over', async (t) => {
  const { program, inside } = idle();
  await using server = await running(program);
  const { socket } = await server.dial(server.path('command=x&stdout=true'), [V5]);
  for (let n = 0; n < 100; n++) socket.send(Buffer.concat([Buffer.of(0), Buffer.alloc(PIECE)]));
  socket.send(Buffer.of(255, 0));
  await eventually('all has left', () => socket.bufferedAmount === 0);
  const { read } = await inside;
  t.is(
    await Promise.race([read(), new Promise((resolve) => setTimeout(resolve, 200, 'nothing came'))]),
    'nothing came',
  );
});

test('a process that cannot take its input is told as lost', async (t) => {
  await using server = await openProcessServer(() => ({
    ...scriptedProcess(idle().program),
    closeInput: async () => {
      throw new Error('the pipe is gone');
    },
  }));
  const dialled = await server.dial(server.path(EVERYTHING), [V5]);
  dialled.socket.send(Buffer.of(255, 0));
  t.regex((await received(dialled, 3, false)).toString(), /"reason":"InternalError"/);
  t.is(await dialled.closed, 1000);
});

test.serial('fifty talk at once, each with his own, and nothing is left of them', async (t) => {
  await using server = await running(echo(100_000, 7_000));
  const before = resources();
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      using client = await createHttpClient({ connection: { socketPath: server.raw.socketPath }, userAgent: 'test/1' });
      await using command = await client.remoteCommand(server.path(EVERYTHING));
      const sent = randomBytes(100_000);
      const [stdout, stderr] = [command.stdout, command.stderr].map((output) => Array.fromAsync(output));
      await command.write(sent);
      await command.closeInput();
      t.true(sent.equals(Buffer.concat((await stdout) ?? [])));
      t.true(sent.equals(Buffer.concat((await stderr) ?? [])));
      t.deepEqual(await command.exited, { exitCode: 0 });
    }),
  );
  await eventually('nothing is left', () => JSON.stringify(resources()) === JSON.stringify(before));
  t.deepEqual(resources(), before);
});

/** Connections and timers of this process. */
function resources(): Readonly<Record<string, number>> {
  const all = process.getActiveResourcesInfo();
  return Object.fromEntries(['PipeWrap', 'Timeout'].map((name) => [name, all.filter((one) => one === name).length]));
}

test('a handshake that is cut off in the middle harms nobody', async (t) => {
  await using server = await running(async () => 0);
  const head = `GET ${server.path(EVERYTHING)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  const more = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
  const sockets: Socket[] = [];
  for (const text of [
    head,
    head + more,
    `${head}${more}\u0082\u0085`,
    `GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n${head}${more}`,
  ]) {
    const socket = await server.raw.connect();
    sockets.push(socket);
    socket.on('error', () => undefined).write(text, 'latin1');
    socket.destroySoon();
  }
  await Promise.all(sockets.map((socket) => eventually('it is closed', () => socket.destroyed)));
  const { closed } = await server.dial(server.path(EVERYTHING), [V5]);
  t.is(await closed, 1000);
  t.deepEqual(
    server.raw.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a handshake behind another request waits for its turn', async (t) => {
  await using server = await running(async ({ out }) => {
    await out('hello');
    return 0;
  });
  const socket = await server.raw.connect();
  const ask = 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n';
  const head = `GET ${server.path(EVERYTHING)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  socket.write(`${ask}${head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
  let seen = '';
  socket.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')));
  await eventually('both are answered', () => seen.includes('hello'));
  t.regex(seen, /^HTTP\/1\.1 200 [^]*\r\n\r\nokHTTP\/1\.1 101 [^]*hello/);
  socket.destroy();
});
