import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { dial, forwardPorts, openEchoServer, type EchoServer } from '../support/echo-server.ts';
import { eventually } from '../support/eventually.ts';
import { openCliWorld, type CliWorld } from './world.ts';

interface World extends AsyncDisposable {
  readonly world: CliWorld;
  readonly echo: EchoServer;
}

/** A Container whose ports are those of this machine; who wants them waits for `ready`. */
async function openWorld(ready: () => Promise<void> = async () => undefined): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const echo = opening.use(await openEchoServer());
  const world = opening.use(await openCliWorld());
  forwardPorts(world.api.server, ['tsmoby.dev', 'v1alpha1', 'containers'], {
    async openPorts() {
      await ready();
      return { dial, [Symbol.asyncDispose]: async () => undefined };
    },
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

/** Forwards one port in `body`, which gets the local one, and resolves with what was said of errors. */
async function forwarding({ world, echo }: World, body: (local: number) => Promise<void>): Promise<string> {
  const stop = new AbortController();
  let said = '';
  const running = world.tsmoby(['port-forward', 'web', `:${echo.port}`], {
    signal: stop.signal,
    onOutput: (all) => (said = all),
  });
  const [, local] = await eventually('it listens', () => /127\.0\.0\.1:(\d+) ->/.exec(said));
  try {
    await body(Number(local));
  } finally {
    stop.abort();
  }
  return (await running).stderr;
}

test('a client who leaves while the way is still being opened hinders no other', async (t) => {
  const { promise: open, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  await using opened = await openWorld(async () => {
    waiting++;
    await open;
  });
  const stderr = await forwarding(opened, async (local) => {
    const early = connect({ host: '127.0.0.1', port: local });
    await eventually('it is led on', () => waiting === 1);
    early.resetAndDestroy();
    const other = ask(local, 'hello');
    await eventually('another one is led on', () => waiting === 2);
    resolve();
    t.is(await other, 'HELLO');
  });
  t.notRegex(stderr, /error/);
  await eventually('nothing is open', () => opened.echo.connections() === 0);
});

const LISTENING = 'tracing:net.server.listen:asyncEnd';

test('a connection that cannot be taken is told, and hinders no other', async (t) => {
  await using opened = await openWorld();
  const servers: Server[] = [];
  const see = (message: unknown): void => void servers.push((message as { readonly server: Server }).server);
  subscribe(LISTENING, see);
  try {
    const stderr = await forwarding(opened, async (local) => {
      const server = servers.find((each) => (each.address() as { port?: number } | null)?.port === local);
      // as Node does when this process has too many files open
      t.true(server?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })));
      t.is(await ask(local, 'hello'), 'HELLO');
    });
    t.regex(stderr, /error: a connection was not taken: accept EMFILE/);
  } finally {
    unsubscribe(LISTENING, see);
  }
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
