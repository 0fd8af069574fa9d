import test from 'ava';
import { RawServer, type RawRequest } from '../../support/raw-http.ts';

const IN_DEFAULT = '/api/v1/namespaces/default/configmaps';
const WIDGETS = '/apis/test.tsmoby.dev/v1/namespaces/default/widgets';

interface Row {
  readonly says: string;
  readonly method?: string;
  readonly path: string;
  readonly request?: RawRequest;
  readonly status: number;
  readonly reason?: string;
  readonly message?: RegExp;
}

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };

const ROWS: readonly Row[] = [
  {
    says: 'an unknown resource of a known group',
    path: '/api/v1/nopes',
    status: 404,
    reason: 'NotFound',
    message: /^the server could not find the requested resource$/,
  },
  { says: 'an unknown version of core', path: '/api/v2/configmaps', status: 404, reason: 'NotFound' },
  {
    says: 'an unknown version of a known group',
    path: '/apis/coordination.k8s.io/v9',
    status: 404,
    reason: 'NotFound',
  },
  { says: 'an unknown subresource', path: `${IN_DEFAULT}/a/nope`, status: 404, reason: 'NotFound' },
  { says: 'a status of a kind that has none', path: `${IN_DEFAULT}/a/status`, status: 404, reason: 'NotFound' },
  {
    says: 'an object of a namespaced kind without a namespace',
    path: '/api/v1/configmaps/a',
    status: 404,
    reason: 'NotFound',
  },
  {
    says: 'a create over all namespaces',
    method: 'POST',
    path: '/api/v1/configmaps',
    request: { body: configMap },
    status: 405,
    reason: 'MethodNotAllowed',
  },
  {
    says: 'a create with a name in the path',
    method: 'POST',
    path: `${IN_DEFAULT}/x`,
    request: { body: configMap },
    status: 405,
    reason: 'MethodNotAllowed',
  },
  {
    says: 'a PUT of a collection',
    method: 'PUT',
    path: IN_DEFAULT,
    request: { body: configMap },
    status: 405,
    reason: 'MethodNotAllowed',
  },
  { says: 'a method that nobody knows', method: 'PROPFIND', path: IN_DEFAULT, status: 405, reason: 'MethodNotAllowed' },
  {
    says: 'a write to discovery',
    method: 'POST',
    path: '/api',
    request: { body: {} },
    status: 405,
    reason: 'MethodNotAllowed',
  },
  {
    says: 'an Accept that cannot be met',
    path: IN_DEFAULT,
    request: { headers: { accept: 'text/html' } },
    status: 406,
    reason: 'NotAcceptable',
  },
  {
    says: 'a content type that nobody reads',
    method: 'POST',
    path: IN_DEFAULT,
    request: { headers: { 'content-type': 'text/csv' }, body: 'a,b' },
    status: 415,
    reason: 'UnsupportedMediaType',
  },
  {
    says: 'a compressed body',
    method: 'POST',
    path: IN_DEFAULT,
    request: { headers: { 'content-encoding': 'gzip' }, body: 'x' },
    status: 415,
    reason: 'UnsupportedMediaType',
  },
  {
    says: 'a patch with a plain type',
    method: 'PATCH',
    path: `${IN_DEFAULT}/x`,
    request: { body: {} },
    status: 415,
    reason: 'UnsupportedMediaType',
    message: /application\/json-patch\+json/,
  },
  ...['merge-patch+json', 'json-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'].map((type) => ({
    says: `an empty body of type ${type}`,
    method: 'PATCH',
    path: `${IN_DEFAULT}/x?fieldManager=x`,
    request: { headers: { 'content-type': `application/${type}` } },
    status: 400,
    reason: 'BadRequest',
  })),
  {
    says: 'an empty body',
    method: 'POST',
    path: IN_DEFAULT,
    status: 400,
    reason: 'BadRequest',
    message: /^couldn't get version\/kind; json parse error/,
  },
  {
    says: 'a broken body',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: '{"a":' },
    status: 400,
    reason: 'BadRequest',
    message: /line 1, column 6/,
  },
  {
    says: 'a body that is a list',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: '[]' },
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'a body that nests too deep',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: '['.repeat(20_000) },
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'a body of another kind',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: { ...configMap, kind: 'Secret' } },
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'a body of another version',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: { ...configMap, apiVersion: 'v2' } },
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'a custom object without kind',
    method: 'POST',
    path: WIDGETS,
    request: { body: { metadata: { name: 'w' } } },
    status: 400,
    reason: 'BadRequest',
    message: /Kind/,
  },
  {
    says: 'a body of another namespace',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: { metadata: { name: 'x', namespace: 'other' } } },
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'a name that is not the URL’s',
    method: 'PUT',
    path: `${IN_DEFAULT}/y`,
    request: { body: configMap },
    status: 400,
    reason: 'BadRequest',
    message: /^the name of the object \(x\) does not match the name on the URL \(y\)$/,
  },
  {
    says: 'a name that is nowhere',
    method: 'POST',
    path: IN_DEFAULT,
    request: { body: {} },
    status: 422,
    reason: 'Invalid',
    message: /^ConfigMap "" is invalid: metadata\.name: Required value/,
  },
  {
    says: 'a dry run of another kind',
    method: 'POST',
    path: `${IN_DEFAULT}?dryRun=Some`,
    request: { body: configMap },
    status: 422,
    reason: 'Invalid',
    message: /^CreateOptions\.meta\.k8s\.io "" is invalid: dryRun: Unsupported value/,
  },
  {
    says: 'a field validation of another kind',
    method: 'POST',
    path: `${IN_DEFAULT}?fieldValidation=Hard`,
    request: { body: configMap },
    status: 422,
    reason: 'Invalid',
  },
  {
    says: 'an apply without a manager',
    method: 'PATCH',
    path: `${IN_DEFAULT}/x`,
    request: { headers: { 'content-type': 'application/apply-patch+yaml' }, body: 'apiVersion: v1\nkind: ConfigMap\n' },
    status: 422,
    reason: 'Invalid',
    message: /^PatchOptions\.meta\.k8s\.io "" is invalid: fieldManager: Required value: is required for apply patch$/,
  },
  {
    says: 'force without apply',
    method: 'PATCH',
    path: `${IN_DEFAULT}/x?force=true`,
    request: { headers: { 'content-type': 'application/merge-patch+json' }, body: '{}' },
    status: 422,
    reason: 'Invalid',
  },
  { says: 'a limit that is no number', path: `${IN_DEFAULT}?limit=many`, status: 400, reason: 'BadRequest' },
  { says: 'sendInitialEvents on a list', path: `${IN_DEFAULT}?sendInitialEvents=true`, status: 422, reason: 'Invalid' },
  {
    says: 'sendInitialEvents without resourceVersionMatch',
    path: `${IN_DEFAULT}?watch=1&sendInitialEvents=true`,
    status: 422,
    reason: 'Invalid',
  },
  {
    says: 'resourceVersionMatch on a watch',
    path: `${IN_DEFAULT}?watch=1&resourceVersionMatch=NotOlderThan`,
    status: 422,
    reason: 'Invalid',
  },
  {
    says: 'a watch from a version that is no number',
    path: `${IN_DEFAULT}?watch=1&resourceVersion=x`,
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'an includeObject of another kind',
    path: `${IN_DEFAULT}?includeObject=All`,
    request: { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } },
    status: 400,
    reason: 'BadRequest',
  },
  {
    says: 'a malformed percent-encoding',
    path: '/api/v1/namespaces/%zz/configmaps',
    status: 400,
    reason: 'BadRequest',
  },
];

test('refusals have the code, reason and words of a real API server', async (t) => {
  await using server = await RawServer.open();
  for (const { says, method = 'GET', path, request, status, reason, message } of ROWS) {
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
