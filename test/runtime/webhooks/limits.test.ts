import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import test from 'ava';
import { MAX_BODY_BYTES } from '../../../runtime/webhooks/answer-calls.ts';
import { listenForWebhooks } from '../../../runtime/webhooks/listen.ts';
import { recordingHook } from '../../suites/webhooks.ts';
import { selfSigned } from '../registry/certificate.ts';
import { openWebhooksWorld } from './world.ts';

const OPEN = { 'x-key': 'open' };

test('a flood of calls for one hook is turned away, and nobody else is', async (t) => {
  await using world = await openWebhooksWorld();
  using _hook = world.webhooks.serve('/hooks/a', recordingHook());
  using _other = world.webhooks.serve('/hooks/b', recordingHook());
  const call = (): Promise<number> => world.call('/hooks/a', { headers: OPEN });
  for (let calls = 0; calls < 30; calls += 1) t.is(await call(), 202);
  t.is(await call(), 429);
  t.is(await world.call('/hooks/b', { headers: OPEN }), 202);
  world.now += 1000;
  t.is(await call(), 202);
  t.is(await call(), 429);
});

test('calls that cannot be for it take nothing from those that can', async (t) => {
  await using world = await openWebhooksWorld();
  using _hook = world.webhooks.serve('/hooks/a', recordingHook());
  for (let calls = 0; calls < 40; calls += 1) t.is(await world.call('/hooks/a'), 404);
  t.is(await world.call('/hooks/a', { headers: OPEN }), 202);
});

test('an unknown path, a signature that is missing and one that is wrong get the same bytes', async (t) => {
  await using world = await openWebhooksWorld();
  using _hook = world.webhooks.serve('/hooks/a', recordingHook('refused'));
  const { port } = new URL(world.webhooks.address ?? '');
  const answerTo = async (path: string, header: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${header}\r\ncontent-length: 2\r\n\r\n{}`);
    return (await text(socket)).replace(/^date: .*$/im, '');
  };
  const wrong = await answerTo('/hooks/a', 'x-key: open');
  t.regex(wrong, /^HTTP\/1\.1 404 /);
  t.is(await answerTo('/hooks/none', 'x-key: open'), wrong);
  t.is(await answerTo('/hooks/a', 'x-key: shut'), wrong);
});

test('a body that is too large is not taken, whether or not it says so', async (t) => {
  await using world = await openWebhooksWorld();
  const hook = recordingHook();
  using _hook = world.webhooks.serve('/hooks/a', hook);
  const { port } = new URL(world.webhooks.address ?? '');
  const send = async (head: string, body: Buffer): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST /hooks/a HTTP/1.1\r\nhost: x\r\nx-key: open\r\n${head}\r\n\r\n`);
    socket.write(body);
    return text(socket);
  };
  t.regex(await send(`content-length: ${MAX_BODY_BYTES + 1}`, Buffer.from('x')), /^HTTP\/1\.1 413 /);
  // Not a byte more, so that all of it was read when the answer comes.
  const size = MAX_BODY_BYTES + 1;
  const chunk = Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), Buffer.alloc(size)]);
  t.regex(await send('transfer-encoding: chunked', chunk), /^HTTP\/1\.1 413 /);
  t.deepEqual(hook.bodies, []);
});

test('strangers are answered before what they send is read', async (t) => {
  await using world = await openWebhooksWorld();
  const { port } = new URL(world.webhooks.address ?? '');
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /hooks/none HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n');
  const answer = await text(socket);
  t.regex(answer, /^HTTP\/1\.1 404 [^]*connection: close/i);
  t.regex(answer, /\r\n\r\n[^]*not found/);
});

test('a signature that stands twice is none', async (t) => {
  await using world = await openWebhooksWorld();
  using _hook = world.webhooks.serve('/hooks/a', recordingHook());
  const { port } = new URL(world.webhooks.address ?? '');
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /hooks/a HTTP/1.1\r\nhost: x\r\nx-key: open\r\nx-key: open\r\ncontent-length: 0\r\n\r\n');
  t.regex(await text(socket), /^HTTP\/1\.1 404 /);
});

test('calls come in by HTTPS with the given certificate', async (t) => {
  const tls = selfSigned();
  const listen = { host: '127.0.0.1', port: 0, tls };
  await using webhooks = await listenForWebhooks({ clock: { now: () => 0 }, listen });
  t.regex(webhooks.address ?? '', /^https:\/\/127\.0\.0\.1:\d+$/);
  using _hook = webhooks.serve('/hooks/a', recordingHook());
  const call = request(`${webhooks.address}/hooks/a`, { method: 'POST', ca: tls.cert, headers: OPEN, agent: false });
  call.end('{}');
  const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  t.is(response.statusCode, 202);
});

test('a connection that never begins its handshake does not hold up the end', async (t) => {
  const listen = { host: '127.0.0.1', port: 0, tls: selfSigned() };
  const webhooks = await listenForWebhooks({ clock: { now: () => 0 }, listen });
  const port = Number(new URL(webhooks.address ?? '').port);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  // One that came later is through, so the server has this one, too.
  const later = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  later.on('error', () => undefined);
  await once(later, 'secureConnect');
  // Less than what ends a handshake by itself.
  t.timeout(9000);
  await webhooks[Symbol.asyncDispose]();
  await closed;
  t.pass();
});

test('nobody listens unless asked; a port that somebody has is an error', async (t) => {
  await using quiet = await listenForWebhooks({ clock: { now: () => 0 } });
  t.is(quiet.address, undefined);
  await using world = await openWebhooksWorld();
  const port = Number(new URL(world.webhooks.address ?? '').port);
  const listen = { host: '127.0.0.1', port };
  await t.throwsAsync(listenForWebhooks({ clock: { now: () => 0 }, listen }), { code: 'EADDRINUSE' });
});
