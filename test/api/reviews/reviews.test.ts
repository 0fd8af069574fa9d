import test from 'ava';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer, type RawAnswer } from '../../support/raw-http.ts';

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const SELF_ACCESS = `${AUTHORIZATION}/selfsubjectaccessreviews`;
const SELF_RULES = `${AUTHORIZATION}/selfsubjectrulesreviews`;
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/** Headers of somebody without rights: the socket's user acts as him. */
const BOB = { 'impersonate-user': 'bob' };

async function ask(
  server: RawServer,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return server.request('POST', path, { headers: { 'content-type': 'application/json', ...headers }, body });
}

const access = (attributes: object): object => ({ spec: { resourceAttributes: attributes } });
const allowed = ({ json }: RawAnswer): unknown => (json['status'] as JsonObject)['allowed'];

for (const [says, headers, spec, expected] of [
  ['an administrator may do anything', {}, { resourceAttributes: { verb: '*', resource: '*', group: '*' } }, true],
  ['an administrator may read any path', {}, { nonResourceAttributes: { verb: 'get', path: '/metrics' } }, true],
  ['others may read nothing', BOB, { resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'a' } }, false],
  ['others may not do everything', BOB, { resourceAttributes: { verb: '*', resource: '*' } }, false],
  [
    'others may ask',
    BOB,
    { resourceAttributes: { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' } },
    true,
  ],
  ['others may discover', BOB, { nonResourceAttributes: { verb: 'get', path: '/apis/tsmoby.dev' } }, true],
  ['others may not see metrics', BOB, { nonResourceAttributes: { verb: 'get', path: '/metrics' } }, false],
  ['others may not write to discovery', BOB, { nonResourceAttributes: { verb: 'post', path: '/api' } }, false],
] as const) {
  test(`asked about access, the server tells the truth: ${says}`, async (t) => {
    await using server = await RawServer.open();
    const answer = await ask(server, SELF_ACCESS, { spec }, headers);
    t.is(answer.status, 201);
    t.like(answer.json, { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' });
    t.deepEqual(answer.json['spec'], spec);
    t.is(allowed(answer), expected);
    t.deepEqual(server.log.lines, []);
  });
}

test('what a review says is what happens', async (t) => {
  await using server = await RawServer.open();
  for (const [path, attributes] of [
    ['/api/v1/namespaces/default/configmaps', { verb: 'list', resource: 'configmaps', namespace: 'default' }],
    ['/api/v1/namespaces/default', { verb: 'get', resource: 'namespaces', namespace: 'default', name: 'default' }],
  ] as const) {
    for (const headers of [{}, BOB]) {
      const said = allowed(await ask(server, SELF_ACCESS, access(attributes), headers));
      const { status } = await server.request('GET', path, { headers });
      t.is(status, said === true ? 200 : 403, path);
    }
  }
});

test('a rules review lists what the authorizer goes by', async (t) => {
  await using server = await RawServer.open();
  const body = { spec: { namespace: 'default' } };
  const admin = await ask(server, SELF_RULES, body);
  t.is(admin.status, 201);
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  t.like(admin.json['status'], { incomplete: false });
  t.deepEqual((admin.json['status'] as { resourceRules: object[] }).resourceRules[0], all);
  const bob = await ask(server, SELF_RULES, body, BOB);
  const { resourceRules } = bob.json['status'] as { readonly resourceRules: readonly { verbs: string[] }[] };
  t.deepEqual([...new Set(resourceRules.flatMap(({ verbs }) => verbs))], ['create']);
  t.like((await ask(server, SELF_RULES, {})).json, { code: 400, message: 'no namespace on request' });
});

test('an authorizer that cannot list its rules is not spoken for', async (t) => {
  await using server = await RawServer.open({ authorizer: { authorize: () => ({ allowed: true }) } });
  const { json } = await ask(server, SELF_RULES, { spec: { namespace: 'a' } });
  t.like(json['status'], { incomplete: true, resourceRules: [], nonResourceRules: [] });
});

test('a reason of the authorizer reaches who asks', async (t) => {
  const authorizer = {
    authorize: ({ resource }: { readonly resource: string }) =>
      resource === 'pods' ? { allowed: false, reason: 'no pods here' } : { allowed: true },
  };
  await using server = await RawServer.open({ authorizer });
  const { json } = await ask(server, SELF_ACCESS, access({ verb: 'get', resource: 'pods' }));
  t.deepEqual(json['status'], { allowed: false, reason: 'no pods here' });
});

test('everybody hears who he is', async (t) => {
  await using server = await RawServer.open();
  const admin = await ask(server, SELF, {});
  t.is(admin.status, 201);
  t.deepEqual(admin.json['status'], {
    userInfo: { username: 'tsmoby:admin', groups: ['system:masters', 'system:authenticated'] },
  });
  const other = await ask(server, SELF, {}, { ...BOB, 'impersonate-uid': 'u-1', 'impersonate-extra-a%2fb': 'c' });
  t.deepEqual(other.json['status'], {
    userInfo: { username: 'bob', uid: 'u-1', groups: ['system:authenticated'], extra: { 'a/b': ['c'] } },
  });
});

test('only who may impersonate acts as somebody else', async (t) => {
  await using server = await RawServer.open();
  const asBob = await ask(server, SELF, {}, { ...BOB, 'impersonate-group': 'people' });
  t.deepEqual((asBob.json['status'] as { userInfo: JsonObject }).userInfo['groups'], [
    'people',
    'system:authenticated',
  ]);
  const alone = await ask(server, SELF, {}, { 'impersonate-group': 'system:masters' });
  t.is(alone.status, 400);
  const account = await ask(server, SELF, {}, { 'impersonate-user': 'system:serviceaccount:ns:sa' });
  t.deepEqual((account.json['status'] as { userInfo: JsonObject }).userInfo['groups'], [
    'system:serviceaccounts',
    'system:serviceaccounts:ns',
    'system:authenticated',
  ]);
  await using closed = await RawServer.open({
    authenticator: { authenticate: () => ({ name: 'eve', groups: ['system:authenticated'] }) },
  });
  const refused = await ask(closed, SELF, {}, BOB);
  t.is(refused.status, 403);
  t.is(
    refused.json['message'],
    'users "bob" is forbidden: User "eve" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
});

test('a subject is asked about by name, in its own namespace where the review has one', async (t) => {
  await using server = await RawServer.open();
  const path = `${AUTHORIZATION}/subjectaccessreviews`;
  const local = `${AUTHORIZATION}/namespaces/default/localsubjectaccessreviews`;
  const spec = { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } };
  t.false(allowed(await ask(server, path, { spec: { ...spec, user: 'x' } })));
  t.true(allowed(await ask(server, path, { spec: { ...spec, user: 'x', groups: ['system:masters'] } })));
  t.is((await ask(server, path, { spec })).status, 422);
  t.is((await ask(server, path, { spec: { ...spec, user: 'x' } }, BOB)).status, 403);
  t.false(allowed(await ask(server, local, { spec: { ...spec, user: 'x' } })));
  const elsewhere = { resourceAttributes: { ...spec.resourceAttributes, namespace: 'other' }, user: 'x' };
  t.regex((await ask(server, local, { spec: elsewhere })).text, /must match metadata.namespace/);
});

for (const [says, body, field] of [
  ['nothing', {}, 'spec.resourceAttributes'],
  [
    'two things at once',
    { spec: { resourceAttributes: {}, nonResourceAttributes: { path: '/', verb: 'get' } } },
    'spec.nonResourceAttributes',
  ],
  ['with a name', { metadata: { name: 'x' }, spec: { resourceAttributes: {} } }, 'metadata'],
] as const) {
  test(`a review that asks ${says} is invalid`, async (t) => {
    await using server = await RawServer.open();
    const { status, json } = await ask(server, SELF_ACCESS, body);
    t.is(status, 422);
    const { causes } = json['details'] as { readonly causes: readonly { readonly field: string }[] };
    t.deepEqual(
      causes.map((cause) => cause.field),
      [field],
    );
  });
}

test('reviews can be created and nothing else, in discovery and in OpenAPI too', async (t) => {
  await using server = await RawServer.open();
  const { resources } = (await server.request('GET', AUTHORIZATION)).json as {
    readonly resources: readonly JsonObject[];
  };
  t.deepEqual(
    resources.map(({ name, verbs, namespaced }) => [name, verbs, namespaced]),
    [
      ['localsubjectaccessreviews', ['create'], true],
      ['selfsubjectaccessreviews', ['create'], false],
      ['selfsubjectrulesreviews', ['create'], false],
      ['subjectaccessreviews', ['create'], false],
    ],
  );
  for (const [method, path] of [
    ['GET', SELF_ACCESS],
    ['DELETE', SELF_ACCESS],
    ['GET', `${SELF_ACCESS}/x`],
  ] as const) {
    t.is((await server.request(method, path)).status, 405, `${method} ${path}`);
  }
  const { paths, components } = (await server.request('GET', `/openapi/v3${AUTHORIZATION}`)).json as {
    readonly paths: Readonly<Record<string, object>>;
    readonly components: { readonly schemas: object };
  };
  t.deepEqual(Object.keys(paths[SELF_ACCESS] ?? {}).sort(), ['parameters', 'post']);
  t.false(Object.keys(paths).some((path) => path.includes('{name}')));
  t.false(Object.keys(components.schemas).some((name) => name.endsWith('ReviewList')));
});
