import test from 'ava';
import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../../../schemas/object.ts';
import { linesOf } from '../../../client/lines.ts';
import { RawServer } from '../../support/raw-http.ts';

const IN_DEFAULT = '/api/v1/namespaces/default/configmaps';

type EventObject = JsonObject & {
  readonly columnDefinitions?: readonly unknown[] | null;
  readonly rows?: readonly unknown[];
};

async function open(
  server: RawServer,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> {
  const outgoing = request({
    socketPath: server.socketPath,
    path: `${IN_DEFAULT}?watch=true${query}`,
    agent: false,
    headers,
  });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

/** The first lines of a watch, which is then closed. */
async function lines(
  response: IncomingMessage,
  count: number,
): Promise<readonly { readonly type: string; readonly object: EventObject }[]> {
  const seen: { readonly type: string; readonly object: EventObject }[] = [];
  for await (const line of linesOf(response)) {
    seen.push(JSON.parse(line) as (typeof seen)[number]);
    if (seen.length === count) break;
  }
  response.destroy();
  return seen;
}

const create = (server: RawServer, name: string) =>
  server.request('POST', IN_DEFAULT, { body: { metadata: { name } } });

test('the headers of a watch come at once, before there is anything to see', async (t) => {
  await using server = await RawServer.open();
  const response = await open(server, '&resourceVersion=3');
  t.is(response.statusCode, 200);
  t.is(response.headers['content-type'], 'application/json');
  t.is(response.headers['transfer-encoding'], 'chunked');
  response.destroy();
});

test('a WatchList sends the state, a marked bookmark, then changes', async (t) => {
  await using server = await RawServer.open();
  await create(server, 'a');
  const response = await open(
    server,
    '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
  );
  const reading = lines(response, 3);
  await create(server, 'b');
  const [added, bookmark, live] = await reading;
  t.is(added?.type, 'ADDED');
  t.is(bookmark?.type, 'BOOKMARK');
  t.like(bookmark?.object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
  });
  t.like(live, { type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'b' } } });
});

test('without initial events only changes are told', async (t) => {
  await using server = await RawServer.open();
  await create(server, 'a');
  const response = await open(
    server,
    '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
  );
  const reading = lines(response, 1);
  await create(server, 'b');
  t.like((await reading)[0], { type: 'ADDED', object: { metadata: { name: 'b' } } });
});

test('a watch as Table has one row an event, and columns in the first only', async (t) => {
  await using server = await RawServer.open();
  await create(server, 'a');
  const response = await open(server, '', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  const reading = lines(response, 2);
  await create(server, 'b');
  const [first, second] = await reading;
  t.is(first?.object.columnDefinitions?.length, 3);
  t.is(second?.object.columnDefinitions, null);
  t.deepEqual(
    [first, second].map((event) => event?.object.rows?.length),
    [1, 1],
  );
});

test('watchers that see some of the same events each get their own, in order, whatever the others select', async (t) => {
  await using server = await RawServer.open();
  const selectors = ['', '', 'tier%20in%20(a,c)', 'tier%3Da', 'tier%20notin%20(a)'];
  const expected = [/./, /./, /^.-[ac]$/, /^.-a$/, /^.-[bc]$/];
  const names = Array.from({ length: 90 }, (_, index) => `${'xyz'[index % 3]}${index}-${'abc'[index % 3]}`);
  const seenBy = (pattern: RegExp): readonly string[] => names.filter((name) => pattern.test(name.replace(/\d+/, '')));
  const readings: Promise<readonly string[]>[] = [];
  for (const [index, selector] of selectors.entries()) {
    const response = await open(server, `&labelSelector=${selector}`);
    const read = lines(response, seenBy(expected[index]!).length);
    readings.push(read.then((all) => all.map(({ object }) => (object['metadata'] as JsonObject)['name'] as string)));
  }
  // many at once: they come to the watchers together
  await Promise.all(
    names.map((name) =>
      server.request('POST', IN_DEFAULT, { body: { metadata: { name, labels: { tier: name.slice(-1) } } } }),
    ),
  );
  const order = (await Promise.all(readings)).map((seen, index) => {
    t.deepEqual(seen.toSorted(), seenBy(expected[index]!).toSorted());
    return seen;
  });
  const [all = []] = order;
  for (const seen of order)
    t.deepEqual(
      seen,
      all.filter((name) => seen.includes(name)),
    );
});

test('the old /watch/ prefix watches too', async (t) => {
  await using server = await RawServer.open();
  await create(server, 'a');
  const outgoing = request({
    socketPath: server.socketPath,
    path: '/api/v1/watch/namespaces/default/configmaps',
    agent: false,
  });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  t.like((await lines(response, 1))[0], { type: 'ADDED', object: { metadata: { name: 'a' } } });
});

test('the old /watch/ prefix with a name watches that object alone', async (t) => {
  await using server = await RawServer.open();
  await create(server, 'a');
  await create(server, 'b');
  const outgoing = request({
    socketPath: server.socketPath,
    path: '/api/v1/watch/namespaces/default/configmaps/b?timeoutSeconds=1&labelSelector=!x',
    agent: false,
  });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  await create(server, 'c');
  const seen = await Array.fromAsync(linesOf(response), (line) => JSON.parse(line) as JsonObject);
  t.is(seen.length, 1);
  t.like(seen[0], { type: 'ADDED', object: { metadata: { name: 'b' } } });
});

test('shortly before its time is up, a watch with bookmarks tells how far it has come', async (t) => {
  await using server = await RawServer.open();
  const [withThem, without] = await Promise.all([
    open(server, '&timeoutSeconds=3&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone'),
    open(server, '&timeoutSeconds=3&fieldSelector=metadata.name%3Dnone'),
  ]);
  const made = await create(server, 'a');
  const seen = await Array.fromAsync(linesOf(withThem), (line) => JSON.parse(line) as JsonObject);
  const { resourceVersion } = made.json['metadata'] as JsonObject;
  t.is(seen.length, 1);
  t.like(seen[0], { type: 'BOOKMARK', object: { kind: 'ConfigMap', metadata: { resourceVersion } } });
  for await (const line of linesOf(without)) t.fail(line);
  t.true(withThem.complete && without.complete);
});

test('a watch that times out ends its answer cleanly', async (t) => {
  await using server = await RawServer.open();
  const response = await open(server, '&timeoutSeconds=1');
  for await (const line of linesOf(response)) t.fail(line);
  t.true(response.complete);
});

test('a server that stops ends its watches at once', async (t) => {
  const server = await RawServer.open();
  const response = await open(server, '');
  const ended = once(response.resume(), 'close');
  await server[Symbol.asyncDispose]();
  await ended;
  t.true(response.complete, 'it was cut off after the grace that connections have');
});

test('a reader that never reads costs neither writers nor other readers anything', async (t) => {
  await using server = await RawServer.open();
  const stuck = await open(server, '&resourceVersion=3');
  stuck.pause();
  const other = await open(server, '&resourceVersion=3');
  const reading = lines(other, 300);
  const data = { text: 'x'.repeat(100_000) };
  for (let n = 0; n < 300; n++)
    await server.request('POST', IN_DEFAULT, { body: { metadata: { name: `n${String(n)}` }, data } });
  t.is((await reading).length, 300);
  stuck.destroy();
});
