import test from 'ava';
import type { Capabilities } from '../../../api/registry/resource.ts';
import { eventually } from '../../support/eventually.ts';
import { openProcessServer, type ProcessServer } from '../../support/process-server.ts';
import { scriptedProcess } from '../../support/scripted-process.ts';

const WIDGETS = '/apis/test.tsmoby.dev/v1/namespaces/default/widgets';
const BASE64 = 'base64.binary.k8s.io';

/** Widgets with a log, besides their processes. */
async function serving(lines: (signal: AbortSignal) => AsyncIterable<Uint8Array>): Promise<ProcessServer> {
  const server = await openProcessServer(() => scriptedProcess(async () => 0));
  const { registry } = server.raw.server;
  const widgets = registry.find('test.tsmoby.dev', 'v1', 'widgets');
  if (widgets === undefined) throw new TypeError('there are no widgets');
  const log: Capabilities = { readLog: async ({ signal }) => lines(signal) };
  registry.add({ ...widgets, subresources: new Map([...widgets.subresources, ['log', log]]) });
  return server;
}

const quiet = () => serving(async function* nothing() {});

const make = (server: ProcessServer, name: string) =>
  server.raw.request('POST', WIDGETS, {
    body: { apiVersion: 'test.tsmoby.dev/v1', kind: 'Widget', metadata: { name }, spec: { size: 1 } },
  });

interface WatchEvent {
  readonly type: string;
  readonly object: { readonly kind: string; readonly metadata: { readonly name: string } };
}

test('a watch over a WebSocket is one event a text message, whatever subprotocol a dashboard offers', async (t) => {
  await using server = await quiet();
  await make(server, 'a');
  for (const offered of [[], [BASE64], ['base64url.bearer.authorization.k8s.io.eA', BASE64], ['any.thing']]) {
    const dialled = await server.dial(`${WIDGETS}?watch=true`, offered);
    t.is(dialled.socket.protocol, offered.at(-1) ?? '');
    const [event] = await dialled.next(1);
    t.like(JSON.parse(event ?? '') as WatchEvent, {
      type: 'ADDED',
      object: { kind: 'Widget', metadata: { name: 'a' } },
    });
    dialled.socket.terminate();
  }
});

test('a watch goes on over a WebSocket, and ends with its time', async (t) => {
  await using server = await quiet();
  const dialled = await server.dial(`${WIDGETS}?watch=true`);
  const events = dialled.next(2);
  await make(server, 'a');
  await make(server, 'b');
  t.deepEqual(
    (await events).map((text) => (JSON.parse(text) as WatchEvent).object.metadata.name),
    ['a', 'b'],
  );
  dialled.socket.terminate();
  const { closed } = await server.dial(`${WIDGETS}?watch=true&timeoutSeconds=1`);
  t.is(await closed, 1000);
});

test('a client who goes away ends his watch', async (t) => {
  await using server = await quiet();
  const watchers = (): number => server.raw.server.kind('test.tsmoby.dev', 'widgets')?.cache.watchers ?? -1;
  const { socket } = await server.dial(`${WIDGETS}?watch=true`);
  t.is(watchers(), 1);
  socket.terminate();
  await eventually('nobody watches', () => watchers() === 0 || undefined);
  t.pass();
});

test('a server that stops ends watches with 1001', async (t) => {
  const server = await quiet();
  const { closed } = await server.dial(`${WIDGETS}?watch=true`);
  await server[Symbol.asyncDispose]();
  t.is(await closed, 1001);
});

test('what is refused is refused in HTTP, with the connection', async (t) => {
  await using server = await quiet();
  for (const [path, offered, message] of [
    [`${WIDGETS}?watch=true&sendInitialEvents=true`, [], /422/],
    [`${WIDGETS}/a/log`, ['v5.channel.k8s.io'], /400/],
    ['/apis/test.tsmoby.dev/v1/nothing?watch=true', [], /404/],
  ] as const) {
    await t.throwsAsync(server.dial(path, offered), { message }, path);
  }
});

test('every other request that asks for a WebSocket gets the plain answer, however long it is', async (t) => {
  await using server = await quiet();
  const data = { text: 'x'.repeat(900_000) };
  for (let n = 0; n < 8; n++)
    await server.raw.request('POST', '/api/v1/namespaces/default/configmaps', {
      body: { metadata: { name: `c${n}` }, data },
    });
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  };
  const answer = await server.raw.request('GET', '/api/v1/namespaces/default/configmaps', { headers });
  t.is(answer.status, 200);
  t.is(answer.headers.connection, 'close');
  t.is((answer.json['items'] as readonly unknown[]).length, 8);
  t.is((await server.raw.request('GET', '/readyz', { headers })).text, 'ok');
});

test('a log comes in messages, as bytes or as base64 of them, after an empty one', async (t) => {
  const bytes = Buffer.from([0, 255, 10, 128]);
  await using server = await serving(async function* lines() {
    yield Buffer.from('one\n');
    yield bytes;
  });
  for (const offered of [[], ['binary.k8s.io']]) {
    const { all, closed } = await server.dial(`${WIDGETS}/a/log?follow=true`, offered);
    t.deepEqual(await all, [
      { data: Buffer.alloc(0), binary: true },
      { data: Buffer.from('one\n'), binary: true },
      { data: bytes, binary: true },
    ]);
    t.is(await closed, 1000);
  }
  const { all } = await server.dial(`${WIDGETS}/a/log?follow=true`, [BASE64]);
  t.deepEqual(
    (await all).map(({ data, binary }) => [data.toString(), binary]),
    [
      ['', false],
      [Buffer.from('one\n').toString('base64'), false],
      [bytes.toString('base64'), false],
    ],
  );
});

test('a log whose reader does not read waits, and one that fails ends the connection', async (t) => {
  let sent = 0;
  await using server = await serving(async function* endless(signal) {
    for (; !signal.aborted; sent++) yield Buffer.alloc(32 * 1024);
  });
  const { socket } = await server.dial(`${WIDGETS}/a/log?follow=true`);
  socket.pause();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  t.true(sent < 200, `${sent} pieces`);
  socket.terminate();
  await using broken = await serving(async function* fails() {
    yield Buffer.from('x');
    throw new Error('the disk is gone');
  });
  const { closed } = await broken.dial(`${WIDGETS}/a/log?follow=true`);
  t.is(await closed, 1006);
  t.true(broken.raw.log.lines.some(({ fields }) => (fields['err'] as Error).message === 'the disk is gone'));
});

test('how far back and how much of a log: numbers that cannot be are refused, and a long time ago is the beginning', async (t) => {
  await using server = await quiet();
  const ask = async (query: string) => (await server.raw.request('GET', `${WIDGETS}/a/log?${query}`)).status;
  t.is(await ask('sinceSeconds=9000000000000'), 200);
  t.is(await ask(`tailLines=1${'0'.repeat(20)}`), 400);
  t.is(await ask('tailLines=1.5'), 400);
  t.is(await ask('sinceSeconds=0'), 422);
});
