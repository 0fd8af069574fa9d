import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
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
  const chunk = Buffer.alloc(MAX_BODY_BYTES + 1);
  const chunked = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
  await send('transfer-encoding: chunked', chunked);
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

test('nobody listens unless asked; a port that somebody has is an error', async (t) => {
  await using quiet = await listenForWebhooks({ clock: { now: () => 0 } });
  t.is(quiet.address, undefined);
  await using world = await openWebhooksWorld();
  const port = Number(new URL(world.webhooks.address ?? '').port);
  const listen = { host: '127.0.0.1', port };
  await t.throwsAsync(listenForWebhooks({ clock: { now: () => 0 }, listen }), { code: 'EADDRINUSE' });
});
