import test from 'ava';
import { RawServer } from '../../support/raw-http.ts';
import { IN_DEFAULT, REFUSALS, WIDGETS } from './refusals.ts';

test('refusals have the code, reason and words of a real API server', async (t) => {
  await using server = await RawServer.open();
  for (const { says, method = 'GET', path, request, status, reason, message } of REFUSALS) {
    const answer = await server.request(method, path, request);
    t.is(answer.status, status, `${says}: ${answer.text}`);
    t.is(answer.headers['content-type'], 'application/json', says);
    const { kind, code, reason: given, message: words } = answer.json;
    t.deepEqual([kind, code, given], ['Status', status, reason], says);
    if (message !== undefined) t.regex(words as string, message, says);
  }
  t.deepEqual(server.log.lines, []);
});

test('a HEAD of a resource is not allowed, one of a document is', async (t) => {
  await using server = await RawServer.open();
  t.is((await server.request('HEAD', IN_DEFAULT)).status, 405);
  t.is((await server.request('HEAD', '/healthz')).status, 200);
});

test('a path that nobody knows is plain text', async (t) => {
  await using server = await RawServer.open();
  for (const path of [
    '/nope',
    '/apis/nope/v1',
    '/apis/nope/v1/things',
    '/apis/test.tsmoby.dev/v9/widgets',
    '/apis/test.tsmoby.dev/v1/nopes',
    '//api/v1/configmaps',
    '/openapi/v3/apis/nope/v1',
  ]) {
    const answer = await server.request('GET', path);
    t.deepEqual([answer.status, answer.text], [404, '404 page not found\n'], path);
    t.is(answer.headers['content-type'], 'text/plain; charset=utf-8');
  }
});

test('a body above three mebibytes is refused, announced or not', async (t) => {
  await using server = await RawServer.open();
  const body = 'x'.repeat(3 * 1024 * 1024 + 1);
  for (const headers of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
    const answer = await server.request('POST', IN_DEFAULT, { headers, body });
    t.is(answer.status, 413);
    t.is(answer.json['message'], 'Request entity too large: limit is 3145728');
  }
});

test('an object that no store takes is refused with its size', async (t) => {
  await using server = await RawServer.open();
  const name = 'w';
  const annotations = { a: 'x'.repeat(200_000) };
  const spec = { color: 'x'.repeat(1_600_000) };
  const body = { apiVersion: 'test.tsmoby.dev/v1', kind: 'Widget', metadata: { name, annotations }, spec };
  const answer = await server.request('POST', WIDGETS, { body });
  t.is(answer.status, 413, answer.text);
  t.regex(answer.json['message'] as string, /1572864/);
});

test('somebody without a certificate is unauthorized, one without rights is forbidden', async (t) => {
  const nobody = { authenticate: () => undefined };
  await using closed = await RawServer.open({ authenticator: nobody });
  const answer = await closed.request('GET', '/api/v1/namespaces');
  t.deepEqual(answer.json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Unauthorized',
    reason: 'Unauthorized',
    code: 401,
  });

  const guest = { authenticate: () => ({ name: 'guest', groups: [] }) };
  await using guarded = await RawServer.open({ authenticator: guest });
  const listed = await guarded.request('GET', IN_DEFAULT);
  t.is(listed.status, 403);
  t.is(
    listed.json['message'],
    'configmaps is forbidden: User "guest" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
  const read = await guarded.request('GET', '/api/v1/namespaces/default');
  t.is(
    read.json['message'],
    'namespaces "default" is forbidden: User "guest" cannot get resource "namespaces" in API group "" in the namespace "default"',
  );
  const path = await guarded.request('GET', '/version');
  t.is(path.json['message'], 'forbidden: User "guest" cannot get path "/version"');
});
