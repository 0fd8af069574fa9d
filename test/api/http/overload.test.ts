import test from 'ava';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { decodeYaml } from '../../../schemas/text/yaml.ts';
import { eventually } from '../../support/eventually.ts';
import { RawServer } from '../../support/raw-http.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
const LARGE = 3 * 1024 * 1024;

const head = (length: number): string =>
  `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(length)}\r\n\r\n`;

test('what is sent ahead is done in order: a read sees the write before it', async (t) => {
  await using server = await RawServer.open();
  const socket = await server.connect();
  let ahead = '';
  for (let n = 0; n < 20; n++) {
    const body = `{"metadata":{"name":"p${String(n)}"}}`;
    ahead += `${head(body.length)}${body}GET ${PATH}/p${String(n)} HTTP/1.1\r\nHost: x\r\n\r\n`;
  }
  socket.write(`${ahead}GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const codes = [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
  t.deepEqual(codes, [...Array.from({ length: 20 }, () => ['201', '200']).flat(), '200']);
});

test('who sends too far ahead of an answer that does not end is cut off', async (t) => {
  await using server = await RawServer.open();
  const socket = await server.connect();
  socket.on('error', () => undefined).resume();
  socket.write(`GET ${PATH}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(500));
  await once(socket, 'close');
  await eventually('no watch is left', () => server.server.kind('', 'configmaps')?.cache.watchers === 0);
  t.is((await server.request('GET', '/healthz')).text, 'ok');
});

test('large bodies that dawdle hold up large ones only, and give their place back when they go', async (t) => {
  await using server = await RawServer.open();
  const dawdling = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
  for (const socket of dawdling) socket.on('error', () => undefined).write(`${head(LARGE)}{`);
  const body = { metadata: { generateName: 'o-' }, data: { k: 'x'.repeat(200_000) } };
  const waiting = server.request('POST', PATH, { body });
  const small = await server.request('POST', PATH, { body: { metadata: { name: 'small' } } });
  t.is(small.status, 201);
  t.is(
    await Promise.race([waiting.then(() => 'answered'), server.request('GET', PATH).then(() => 'waiting')]),
    'waiting',
  );
  for (const socket of dawdling) socket.destroy();
  t.is((await waiting).status, 201);
  for (let n = 0; n < 3; n++) t.is((await server.request('POST', PATH, { body })).status, 201);
});

test('who asks for a version that is not there yet is told when to come again', async (t) => {
  await using server = await RawServer.open();
  const { status, headers, json } = await server.request('GET', `${PATH}?resourceVersion=999999`);
  t.is(status, 504);
  t.is(headers['retry-after'], '1', 'client-go comes again by itself when this header stands there');
  t.like(json, { details: { retryAfterSeconds: 1 } });
});

test('readers that leave in the middle of a long answer, and bodies that break off, leave no work behind', async (t) => {
  await using server = await RawServer.open();
  const data = { k: 'x'.repeat(300_000) };
  for (let n = 0; n < 8; n++)
    await server.request('POST', PATH, { body: { metadata: { name: `l${String(n)}` }, data } });
  for (let n = 0; n < 30; n++) {
    const socket = await server.connect();
    socket.on('error', () => undefined);
    if (n % 2 === 0) {
      socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(socket, 'data');
    } else {
      socket.write(`${head(LARGE)}${'x'.repeat(100_000)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.destroy();
  }
  const whole = await server.request('GET', PATH);
  t.is((whole.json['items'] as readonly unknown[]).length, 8);
  const body = { metadata: { name: 'after' }, data };
  t.is((await server.request('POST', PATH, { body })).status, 201, 'the budget for large bodies is whole again');
  t.deepEqual(
    server.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('an object of very many fields comes as YAML that is laid out as JSON', async (t) => {
  await using server = await RawServer.open();
  const data = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${String(n)}`, 'ü: "x"']));
  await server.request('POST', PATH, { body: { metadata: { name: 'many' }, data } });
  await server.request('POST', PATH, { body: { metadata: { name: 'one' }, data: { a: 'b' } } });
  const headers = { accept: 'application/yaml' };
  const read = (text: string): unknown => decodeYaml(text)[0]?.value;
  t.like(read((await server.request('GET', `${PATH}/many`, { headers })).text), { data });
  t.like(read((await server.request('GET', PATH, { headers })).text), { items: [{ data }, { data: { a: 'b' } }] });
});
