import test from 'ava';
import * as fc from 'fast-check';
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { RawServer } from '../../support/raw-http.ts';

/** How many requests, and how many of them at once. */
const BATCHES = 150;
const AT_ONCE = 20;

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

const segment = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'api',
      'apis',
      'v1',
      'namespaces',
      'default',
      'configmaps',
      'secrets',
      'events',
      'leases',
      'a',
      'status',
      'finalize',
      'watch',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'tsmoby.dev',
      'v1alpha1',
      'containers',
      'images',
      'test.tsmoby.dev',
      'widgets',
      'coordination.k8s.io',
      'openapi',
      'v3',
      'version',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'grapheme' }).map(encodeURIComponent) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', '..', '.', '%00', '%2f', '%', '%zz', '', '%ff', 'a%25b'),
  },
);
const path = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '/api/v1/namespaces/default/configmaps',
      '/api/v1/namespaces/default/configmaps/a',
      '/apis/test.tsmoby.dev/v1/namespaces/default/widgets/a',
      '/apis/test.tsmoby.dev/v1/namespaces/default/widgets/a/status',
      '/api/v1/namespaces/default/secrets/a',
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/a',
      '/apis/tsmoby.dev/v1alpha1/namespaces/default/containers',
    ),
  },
  { weight: 2, arbitrary: fc.array(segment, { maxLength: 8 }).map((parts) => `/${parts.join('/')}`) },
);
const word = fc.oneof(
  fc.constantFrom(
    'true',
    'false',
    '',
    '0',
    '1',
    '-1',
    'All',
    'Strict',
    'Exact',
    'NotOlderThan',
    'Orphan',
    'a=b',
    'a in (b',
    '!a',
    'metadata.name=a',
    '\\',
    'eyJ9',
    '1e9',
    'NaN',
  ),
  fc.string({ maxLength: 10 }),
);
const parameter = fc.constantFrom(
  'limit',
  'continue',
  'labelSelector',
  'fieldSelector',
  'resourceVersionMatch',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'propagationPolicy',
  'gracePeriodSeconds',
  'orphanDependents',
  'includeObject',
  'pretty',
  '__proto__',
);
const query = fc
  .array(fc.tuple(parameter, word), { maxLength: 4 })
  .map((pairs) =>
    pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`,
  );

const key = fc.oneof(
  fc.constantFrom(
    'metadata',
    'name',
    'namespace',
    'labels',
    'annotations',
    'finalizers',
    'ownerReferences',
    'managedFields',
    'data',
    'binaryData',
    'stringData',
    'spec',
    'status',
    'size',
    'type',
    'immutable',
    'kind',
    'apiVersion',
    'uid',
    'resourceVersion',
    'generateName',
    'deletionTimestamp',
    'fieldsV1',
    'f:data',
    'op',
    'path',
    'value',
    'preconditions',
    '$patch',
    '$setElementOrder/finalizers',
    '$retainKeys',
    '__proto__',
    'constructor',
    'toString',
  ),
  fc.string({ maxLength: 5 }),
);
const leaf = fc.oneof(
  fc.constantFrom(
    'a',
    'default',
    'ConfigMap',
    'Widget',
    'v1',
    'test.tsmoby.dev/v1',
    'delete',
    'replace',
    'add',
    'test',
    '/metadata/labels',
    '/data/a',
    '',
    'YQ==',
    '2020-01-01T00:00:00Z',
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.string({ maxLength: 8 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const object = fc
  .tuple(
    fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }),
    fc.constantFrom('ConfigMap', 'Widget', 'Secret', 'Lease', 'Container'),
    fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }),
  )
  .map(([fields, kind, metadata]) => {
    const apiVersion = {
      ConfigMap: 'v1',
      Secret: 'v1',
      Widget: 'test.tsmoby.dev/v1',
      Lease: 'coordination.k8s.io/v1',
      Container: 'tsmoby.dev/v1alpha1',
    }[kind];
    return { ...fields, apiVersion, kind, metadata: { name: 'a', ...metadata } };
  });
const body = fc.oneof(
  { weight: 4, arbitrary: object.map((one) => Buffer.from(JSON.stringify(one))) },
  { weight: 2, arbitrary: value.map((one) => Buffer.from(JSON.stringify(one))) },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.record({
          op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
          path: fc.constantFrom(
            '/metadata',
            '/data/a',
            '/spec/size',
            '/metadata/finalizers/-',
            '',
            '/__proto__/x',
            '/a~2',
          ),
          from: fc.constantFrom('/metadata', '/data', ''),
          value,
        }),
        { maxLength: 4 },
      )
      .map((ops) => Buffer.from(JSON.stringify(ops))),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(object, fc.nat(), fc.nat(255)).map(([one, at, byte]) => broken(JSON.stringify(one), at, byte)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

function broken(json: string, at: number, byte: number): Uint8Array {
  const bytes = Buffer.from(json);
  bytes[at % bytes.length] = byte;
  return bytes;
}

const mangled: fc.Arbitrary<Attempt> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  path: fc.tuple(path, query).map((parts) => parts.join('')),
  headers: fc.record(
    {
      'content-type': fc.constantFrom(
        'application/json',
        'application/yaml',
        'application/merge-patch+json',
        'application/json-patch+json',
        'application/strategic-merge-patch+json',
        'application/apply-patch+yaml',
        'text/plain',
        ';;',
      ),
      accept: fc.constantFrom(
        'application/json',
        'application/yaml',
        '*/*',
        'application/json;as=Table;v=v1;g=meta.k8s.io',
        'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
        'a/b;q=0',
        ',,;=',
        'application/json;q=x',
      ),
      'user-agent': fc.constantFrom('fuzz/1', '', '/', 'ü'.repeat(50)),
    },
    { requiredKeys: [] },
  ),
  body,
});

/** Now and then a request as it should be, so that there is something for the others to hit. */
const plain: fc.Arbitrary<Attempt> = fc.constantFrom<Attempt>(
  {
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    headers: {},
    body: Buffer.from('{"metadata":{"name":"a"}}'),
  },
  {
    method: 'POST',
    path: '/api/v1/namespaces/default/secrets',
    headers: {},
    body: Buffer.from('{"metadata":{"generateName":"a"}}'),
  },
  { method: 'GET', path: '/api/v1/namespaces/default/configmaps', headers: {}, body: undefined },
);

const attempt = fc.oneof({ weight: 12, arbitrary: mangled }, { weight: 1, arbitrary: plain });

async function send(socketPath: string, agent: Agent, { method, path, headers, body }: Attempt): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = httpRequest({
    socketPath,
    agent,
    method,
    path,
    headers: { ...headers, 'user-agent': encodeURI(headers['user-agent'] ?? 'fuzz') },
  });
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    text(response).then(() => resolve(response.statusCode ?? 0), reject);
  });
  outgoing.end(body);
  return promise;
}

test('no request, however mangled, is answered with a server error or ends the server', async (t) => {
  await using server = await RawServer.open();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  t.teardown(() => agent.destroy());
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (attempts) => {
      const codes = await Promise.all(attempts.map((one) => send(server.socketPath, agent, one)));
      for (const [index, code] of codes.entries()) {
        seen.set(code, (seen.get(code) ?? 0) + 1);
        if (code >= 500)
          throw new Error(
            `${String(code)} for ${JSON.stringify({ ...attempts[index], body: Buffer.from(attempts[index]?.body ?? []).toString() })}`,
          );
      }
    }),
    { numRuns: BATCHES, endOnFailure: true },
  );
  t.deepEqual(server.log.lines, []);
  t.is((await server.request('GET', '/readyz')).text, 'ok');
  for (const code of [200, 201, 400, 404, 405, 415, 422])
    t.true((seen.get(code) ?? 0) > 0, `some requests must come as far as ${String(code)}`);
});
