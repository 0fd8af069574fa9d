import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { dial, forwardPorts, openEchoServer, type EchoServer } from '../support/echo-server.ts';
import { eventually } from '../support/eventually.ts';
import { openCliWorld, type CliWorld } from './world.ts';

interface World extends AsyncDisposable {
  readonly world: CliWorld;
  readonly echo: EchoServer;
}

/** A Container whose ports are those of this machine. */
async function openWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const echo = opening.use(await openEchoServer());
  const world = opening.use(await openCliWorld());
  forwardPorts(world.api.server, ['tsmoby.dev', 'v1alpha1', 'containers'], {
    openPorts: async () => ({ dial, [Symbol.asyncDispose]: async () => undefined }),
  });
  const metadata = { name: 'web', namespace: 'default' };
  await world.api.client().create({
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    metadata,
    spec: { image: 'busybox' },
  } as never);
  const owned = opening.move();
  return { world, echo, [Symbol.asyncDispose]: () => owned.disposeAsync() };
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
  const running = opened.world.tsmoby(['port-forward', 'web', `:${opened.echo.port}`, ':1'], {
    signal: stop.signal,
    onOutput: (all) => (said = all),
  });
  await eventually('both listen', async () => said.trimEnd().split('\n').length === 2);
  const [good = 0, bad = 0] = [...said.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map(([, port]) => Number(port));
  t.is(said, `Forwarding from 127.0.0.1:${good} -> ${opened.echo.port}\nForwarding from 127.0.0.1:${bad} -> 1\n`);
  const words = Array.from({ length: 10 }, (_, n) => `hello ${n} ${'x'.repeat(n * 20_000)}`);
  t.deepEqual(
    await Promise.all(words.map((each) => ask(good, each))),
    words.map((each) => each.toUpperCase()),
  );
  t.is(await ask(bad, 'hello').catch(() => ''), '');
  const left = connect({ host: '127.0.0.1', port: good });
  await eventually('a connection', async () => opened.echo.connections() === 1);
  stop.abort();
  const { code, stderr } = await running;
  t.is(code, 130);
  t.regex(stderr, /error: error forwarding port 1: .*ECONNREFUSED/);
  await once(left, 'close');
  await eventually('nothing is open', async () => opened.echo.connections() === 0);
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
