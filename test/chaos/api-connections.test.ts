/**
 * What takes its time: idle connections, drops instead of requests, readers that do not read. Everything begins at once,
 * each test waits for its own part.
 */
import test from 'ava';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { configMap, CONFIG_MAP, openRig, type ConfigMap, type Rig } from '../api/concurrency/harness.ts';
import { eventually } from '../support/eventually.ts';
import { ask, connectRaw, rawConnection, type RawConnection } from '../support/raw-connection.ts';

/** Go's idle time, and a little more. */
const IDLE_MS = 95_000;
const STUCK = 500;
const EVENT_BYTES = 20_000;
const EVENTS = 900;
const WAYS = ['unix', 'https'] as const;

const stack = new AsyncDisposableStack();
const parts = new Map<string, Promise<unknown>>();
const began = performance.now();

test.before('a server, and everything that waits', async () => {
  const rig = stack.use(await openRig());
  for (const way of WAYS) {
    parts.set(`used ${way}`, answersAfterIdle(await open(rig, way), true));
    parts.set(`unused ${way}`, answersAfterIdle(await open(rig, way), false));
    parts.set(`headers ${way}`, dropByDrop(await open(rig, way), 'GET /healthz HTTP/1.1\r\n'));
    parts.set(`body ${way}`, dropByDrop(await open(rig, way), `${POST}Content-Length: 5000\r\n\r\n`));
    parts.set(`watch ${way}`, quietWatch(rig, await open(rig, way)));
  }
  parts.set('handshake', stalledHandshake(rig));
  parts.set('stuck', stuckReaders(rig));
  for (const part of parts.values()) part.catch(() => undefined);
});

test.after.always('all is closed', () => stack.disposeAsync());

const POST = 'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

async function open(rig: Rig, way: (typeof WAYS)[number]): Promise<RawConnection> {
  return stack.use(await connectRaw(rig.server, way));
}

/** The answers that came before and after the pause. */
async function answersAfterIdle(connection: RawConnection, used: boolean): Promise<number> {
  const answers = (): number => connection.text().split('HTTP/1.1 200 OK').length - 1;
  if (used) {
    connection.socket.write(ask('/healthz'));
    await eventually('an answer', () => answers() === 1);
  }
  await sleep(IDLE_MS);
  connection.socket.write(ask('/healthz'));
  await eventually('an answer after the pause', () => answers() === (used ? 2 : 1) || connection.socket.destroyed);
  return answers();
}

/** Milliseconds until the server had enough. */
async function dropByDrop({ socket, closed }: RawConnection, begin: string): Promise<number> {
  const start = performance.now();
  socket.write(begin);
  const timer = setInterval(() => socket.write('x'), 500);
  await closed;
  clearInterval(timer);
  return performance.now() - start;
}

async function quietWatch(rig: Rig, connection: RawConnection): Promise<string> {
  const name = `quiet-${String(connection.socket.remotePort ?? 'unix')}`;
  connection.socket.write(ask(`/api/v1/watch/namespaces/default/configmaps?fieldSelector=metadata.name%3D${name}`));
  await sleep(IDLE_MS);
  await rig.clients[0].create(configMap(name));
  await eventually('the event', () => connection.text().includes('"ADDED"') || connection.socket.destroyed);
  return connection.text();
}

async function stalledHandshake(rig: Rig): Promise<number> {
  const { target } = await rig.server.https();
  const socket = connect({ host: '127.0.0.1', port: Number(target.port) });
  const { closed } = stack.use(rawConnection(socket));
  await once(socket, 'connect');
  const start = performance.now();
  socket.write(Uint8Array.of(0x16, 0x03, 0x01));
  await closed;
  return performance.now() - start;
}

interface StuckFacts {
  /** Of a reader that does read. */
  readonly seen: number;
  readonly heapGrowth: number;
  readonly residentGrowth: number;
  /** How many the server has cut off. */
  readonly cut: number;
  readonly slowestWriteMs: number;
}

async function stuckReaders(rig: Rig): Promise<StuckFacts> {
  const namespace = 'kube-public';
  const before = await rig.server.facts();
  const readers: RawConnection[] = [];
  for (let n = 0; n < STUCK; n++) {
    const reader = await open(rig, WAYS[n % 2] ?? 'unix');
    reader.socket.write(ask(`/api/v1/namespaces/${namespace}/configmaps?watch=1`));
    reader.socket.pause();
    readers.push(reader);
  }
  let seen = 0;
  const stop = new AbortController();
  const healthy = (async () => {
    for await (const event of rig.clients[1].watch<ConfigMap>(CONFIG_MAP, { namespace, signal: stop.signal }))
      if (event.type === 'MODIFIED') seen += 1;
  })().catch(() => undefined);
  const ref = { ...CONFIG_MAP, namespace, name: 'large' };
  await rig.clients[0].create({ ...configMap('large'), metadata: { name: 'large', namespace } });
  let slowestWriteMs = 0;
  let residentBytes = 0;
  let heapBytes = 0;
  for (let n = 0; n < EVENTS; n++) {
    const start = performance.now();
    await rig.clients[0].patch(ref, { data: { k: String(n).padEnd(EVENT_BYTES, 'x') } }, { type: 'merge' });
    slowestWriteMs = Math.max(slowestWriteMs, performance.now() - start);
    if (n % 300 !== 299) continue;
    const facts = await rig.server.facts();
    residentBytes = Math.max(residentBytes, facts.residentBytes);
    heapBytes = Math.max(heapBytes, facts.heapBytes + facts.externalBytes);
  }
  await eventually('the reader that reads has all', () => seen === EVENTS);
  stop.abort();
  await healthy;
  // the patience of the server, from the last byte that the kernel took
  const deadline = performance.now() + 90_000;
  // the quiet watches go on
  const gone = async (): Promise<number> => STUCK + WAYS.length - (await rig.server.facts()).watchers;
  while (performance.now() < deadline && (await gone()) < STUCK) await sleep(1000);
  return {
    seen,
    heapGrowth: heapBytes - before.heapBytes - before.externalBytes,
    residentGrowth: residentBytes - before.residentBytes,
    cut: await gone(),
    slowestWriteMs,
  };
}

const part = <T>(name: string): Promise<T> => parts.get(name) as Promise<T>;

for (const way of WAYS) {
  test(`over ${way}, an idle connection is still good when Go would give it up`, async (t) => {
    t.timeout(600_000);
    t.is(await part(`used ${way}`), 2);
  });
  test(`over ${way}, a connection that was dialled ahead and not used is good as long`, async (t) => {
    t.timeout(600_000);
    t.is(await part(`unused ${way}`), 1);
  });
  test(`over ${way}, who sends headers drop by drop is cut off`, async (t) => {
    t.timeout(600_000);
    const ms = await part<number>(`headers ${way}`);
    t.true(ms > 15_000 && ms < 80_000, String(ms));
  });
  test(`over ${way}, who sends a body drop by drop is cut off later`, async (t) => {
    t.timeout(600_000);
    const ms = await part<number>(`body ${way}`);
    t.true(ms > 40_000 && ms < 130_000, String(ms));
  });
  test(`over ${way}, a watch in which nothing happens outlives every limit of requests`, async (t) => {
    t.timeout(600_000);
    t.regex(await part<string>(`watch ${way}`), /"type":"ADDED"/);
  });
}

test('a TLS handshake that stalls is given up', async (t) => {
  t.timeout(600_000);
  t.true((await part<number>('handshake')) < 80_000);
});

test('five hundred watchers that never read are cut off, cost bounded memory, and nobody else anything', async (t) => {
  t.timeout(600_000);
  const facts = await part<StuckFacts>('stuck');
  t.log(JSON.stringify(facts), `${((performance.now() - began) / 1000).toFixed(0)} s`);
  t.is(facts.seen, EVENTS);
  t.is(facts.cut, STUCK);
  t.true(facts.heapGrowth < 160 * 2 ** 20, 'buffers are shared or small');
});
