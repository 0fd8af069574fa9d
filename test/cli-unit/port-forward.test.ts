import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test from 'ava';
import type { PortForwarder } from '../../api/registry/port-dialer.ts';
import { eventually } from '../support/eventually.ts';
import { openCliWorld, type CliWorld } from './world.ts';

interface World extends AsyncDisposable {
  readonly world: CliWorld;
  /** Where an echo in capitals listens. */
  readonly port: number;
  readonly open: { connections: number };
}

/** A Container whose ports are those of this machine. */
async function openWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const open = { connections: 0 };
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    let said = '';
    open.connections++;
    socket.on('data', (bytes) => (said += String(bytes))).on('error', () => undefined);
    socket.on('end', () => socket.end(said.toUpperCase())).on('close', () => open.connections--);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  opening.defer(() => void echo.close());
  const world = opening.use(await openCliWorld());
  const { registry } = world.api.server;
  const resource = registry.find('tsmoby.dev', 'v1alpha1', 'containers');
  if (resource === undefined) throw new Error('no containers');
  const portforward: PortForwarder = {
    openPorts: async () => ({ dial, [Symbol.asyncDispose]: async () => undefined }),
  };
  registry.add({ ...resource, subresources: new Map([['portforward', portforward]]) });
  const metadata = { name: 'web', namespace: 'default' };
  await world.api.client().create({
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    metadata,
    spec: { image: 'busybox' },
  } as never);
  const owned = opening.move();
  return {
    world,
    port: (echo.address() as AddressInfo).port,
    open,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function dial(port: number) {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

async function ask(port: number, words: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.end(words);
  return await text(socket);
}

test('connections are led to the port inside, each half to its end, until Ctrl-C', async (t) => {
  await using opened = await openWorld();
  const stop = new AbortController();
  let said = '';
  const running = opened.world.tsmoby(['port-forward', 'web', `:${opened.port}`, ':1'], {
    signal: stop.signal,
    onOutput: (all) => (said = all),
  });
  await eventually('both listen', async () => said.trimEnd().split('\n').length === 2);
  const [good = 0, bad = 0] = [...said.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map(([, port]) => Number(port));
  t.is(said, `Forwarding from 127.0.0.1:${good} -> ${opened.port}\nForwarding from 127.0.0.1:${bad} -> 1\n`);
  const words = Array.from({ length: 10 }, (_, n) => `hello ${n} ${'x'.repeat(n * 20_000)}`);
  t.deepEqual(
    await Promise.all(words.map((each) => ask(good, each))),
    words.map((each) => each.toUpperCase()),
  );
  t.is(await ask(bad, 'hello').catch(() => ''), '');
  const left = connect({ host: '127.0.0.1', port: good });
  await eventually('a connection', async () => opened.open.connections === 1);
  stop.abort();
  const { code, stderr } = await running;
  t.is(code, 130);
  t.regex(stderr, /error: error forwarding port 1: .*ECONNREFUSED/);
  await once(left, 'close');
  await eventually('nothing is open', async () => opened.open.connections === 0);
});

const wrong: readonly (readonly [line: string, words: RegExp])[] = [
  ['port-forward', /you must name one container and its ports/],
  ['port-forward web', /you must name one container and its ports/],
  ['port-forward web http', /"http" names no ports: write 8080:80, 80 or :80/],
  ['port-forward web 0', /"0" names no ports/],
  ['port-forward web 8080:', /"8080:" names no ports/],
  ['port-forward image/web 80', /only containers have ports/],
  ['port-forward nope 80', /containers\.tsmoby\.dev "nope" not found/],
  ['port-forward web :80 --address 192.0.2.1', /cannot listen on 192\.0\.2\.1:0/],
];
for (const [line, words] of wrong) {
  test(`"${line}" is refused in words`, async (t) => {
    await using opened = await openWorld();
    const { code, stderr } = await opened.world.tsmoby(line.split(' '));
    t.is(code, 1);
    t.regex(stderr, words);
  });
}
