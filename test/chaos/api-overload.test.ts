import test from 'ava';
import { send } from '../api/fuzz/send.ts';
import { agentFor, ApiProcess } from '../support/api-process.ts';
import { eventually } from '../support/eventually.ts';
import { ask, connectRaw, type RawConnection } from '../support/raw-connection.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
const LARGE = 3 * 1024 * 1024;

const IDLE = 10_000;
const AT_ONCE = 50;

test('five hundred bodies of three megabytes at once stay out of memory, during and after', async (t) => {
  t.timeout(600_000);
  await using server = await ApiProcess.start();
  const agent = agentFor(server.unix, 120);
  t.teardown(() => agent.destroy());
  const before = await server.facts();
  const body = Buffer.from(JSON.stringify({ metadata: { name: 'x' }, data: { k: 'x'.repeat(LARGE - 100) } }));
  const one = { method: 'POST', target: PATH, headers: { 'content-type': 'application/json' }, body };
  const replies = await Promise.all(Array.from({ length: 500 }, () => send(server.unix, agent, one)));
  t.true(replies.every(({ code }) => code === 422));
  const after = await server.facts();
  t.log(`resident ${String(before.residentBytes >> 20)} -> ${String(after.residentBytes >> 20)} MiB`);
  t.true(after.externalBytes - before.externalBytes < 16 * 2 ** 20, 'idle connections hold no bodies');
  t.true(after.residentBytes - before.residentBytes < 600 * 2 ** 20);
});

test('five thousand writes at once are all done', async (t) => {
  t.timeout(600_000);
  await using server = await ApiProcess.start();
  const agent = agentFor(server.unix, 2500);
  t.teardown(() => agent.destroy());
  const headers = { 'content-type': 'application/json' };
  const replies = await Promise.all(
    Array.from({ length: 5000 }, (_, n) =>
      send(server.unix, agent, {
        method: 'POST',
        target: PATH,
        headers,
        body: Buffer.from(JSON.stringify({ metadata: { name: `o${String(n)}` }, data: { k: 'x'.repeat(300) } })),
      }),
    ),
  );
  t.deepEqual([...new Set(replies.map(({ code }) => code))], [201]);
  t.deepEqual((await server.facts()).errors, []);
});

/** Connections are accepted in turn: who is answered leaves nobody before it waiting, and the queue of the listener is empty. */
async function answered(connection: RawConnection | undefined): Promise<void> {
  connection?.socket.write(ask('/healthz'));
  await eventually('an answer', () => connection?.text().includes('\r\n\r\nok'));
}

for (const secure of [false, true]) {
  test(`ten thousand idle connections over ${secure ? 'HTTPS' : 'the unix socket'} leave room for the next client`, async (t) => {
    t.timeout(600_000);
    await using server = await ApiProcess.start();
    const before = await server.facts();
    const connections = new DisposableStack();
    t.teardown(() => connections.dispose());
    for (let n = 0; n < IDLE; n += AT_ONCE) {
      const opened = await Promise.all(
        Array.from({ length: AT_ONCE }, () => connectRaw(server, secure ? 'https' : 'unix')),
      );
      for (const connection of opened) connections.use(connection);
      await answered(opened.at(-1));
    }
    const way = secure ? await server.https() : server.unix;
    const agent = agentFor(way, 1);
    const question = { method: 'GET', target: '/healthz', headers: {}, body: undefined };
    t.is((await send(way, agent, question)).code, 200);
    const during = await server.facts();
    agent.destroy();
    connections.dispose();
    const each = (facts: typeof before): number => (facts.residentBytes - before.residentBytes) / IDLE;
    t.log(`${(each(during) / 1024).toFixed(1)} KiB resident for each`);
    t.true(during.openFiles > IDLE);
    t.true(each(during) < 100 * 1024);
    await eventually('all files are closed', async () => (await server.facts()).openFiles < before.openFiles + 10);
    const after = await server.facts();
    t.true(after.heapBytes - before.heapBytes < 16 * 2 ** 20);
  });
}
