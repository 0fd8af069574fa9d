/** What built-in kinds refuse because a value has the wrong type, in the words of Go's decoder; and what types of Secrets must have. */
import test from 'ava';
import { RawServer } from '../../support/raw-http.ts';

interface Row {
  readonly says: string;
  readonly path: string;
  readonly body: object;
  readonly status: number;
  readonly message: string;
}

const core = (plural: string): string => `/api/v1/namespaces/default/${plural}`;
const decoding = (says: string, plural: string, kind: string, body: object, message: string): Row => ({
  says,
  path: core(plural),
  body: { metadata: { name: 'a' }, ...body },
  status: 400,
  message: `${kind} in version "v1" cannot be handled as a ${kind}: ${message}`,
});
const cannot = (given: string, field: string, type: string): string =>
  `json: cannot unmarshal ${given} into Go struct field ${field} of type ${type}`;

const secret = (says: string, type: string, data: object, message: string, annotations = {}): Row => ({
  says,
  path: core('secrets'),
  body: { metadata: { name: 'a', annotations }, type, stringData: data },
  status: 422,
  message: `Secret "a" is invalid: ${message}`,
});

const involvedObject = { kind: 'ConfigMap', name: 'a', namespace: 'default' };

const ROWS: readonly Row[] = [
  decoding(
    'a number in a map of texts',
    'configmaps',
    'ConfigMap',
    { data: { k: 5 } },
    cannot('number', 'ConfigMap.data', 'string'),
  ),
  decoding(
    'a list for a map',
    'configmaps',
    'ConfigMap',
    { data: ['k'] },
    cannot('array', 'ConfigMap.data', 'map[string]string'),
  ),
  decoding(
    'a text for a boolean',
    'configmaps',
    'ConfigMap',
    { immutable: 'yes' },
    cannot('string', 'ConfigMap.immutable', 'bool'),
  ),
  decoding('a map for a text', 'secrets', 'Secret', { type: {} }, cannot('object', 'Secret.type', 'string')),
  decoding(
    'a map for finalizers',
    'configmaps',
    'ConfigMap',
    { metadata: { name: 'a', finalizers: {} } },
    cannot('object', 'ObjectMeta.metadata.finalizers', '[]string'),
  ),
  decoding(
    'a boolean as label',
    'configmaps',
    'ConfigMap',
    { metadata: { name: 'a', labels: { x: true } } },
    cannot('bool', 'ObjectMeta.metadata.labels', 'string'),
  ),
  decoding(
    'a number as name of an owner',
    'configmaps',
    'ConfigMap',
    { metadata: { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 1, uid: 'u' }] } },
    cannot('number', 'OwnerReference.metadata.ownerReferences.name', 'string'),
  ),
  decoding(
    'a fraction for a whole number',
    'events',
    'Event',
    { involvedObject, count: 1.5 },
    cannot('number 1.5', 'Event.count', 'int32'),
  ),
  decoding(
    'a list for a part',
    'events',
    'Event',
    { involvedObject: [] },
    cannot('array', 'Event.involvedObject', 'v1.ObjectReference'),
  ),
  decoding(
    'a number inside of a part',
    'events',
    'Event',
    { involvedObject: { name: 1 } },
    cannot('number', 'ObjectReference.involvedObject.name', 'string'),
  ),
  decoding(
    'a text that is no base64',
    'secrets',
    'Secret',
    { data: { k: '***' } },
    'illegal base64 data at input byte 0',
  ),
  decoding(
    'base64 that breaks off',
    'secrets',
    'Secret',
    { data: { k: 'YWJjZA' } },
    'illegal base64 data at input byte 4',
  ),
  decoding('a number for bytes', 'secrets', 'Secret', { data: { k: 5 } }, cannot('number', 'Secret.data', '[]uint8')),
  secret(
    'TLS without a pair',
    'kubernetes.io/tls',
    {},
    '[data[tls.crt]: Required value, data[tls.key]: Required value]',
  ),
  secret(
    'basic auth without both',
    'kubernetes.io/basic-auth',
    {},
    '[data[username]: Required value, data[password]: Required value]',
  ),
  secret(
    'SSH without a key',
    'kubernetes.io/ssh-auth',
    { 'ssh-privatekey': '' },
    'data[ssh-privatekey]: Required value',
  ),
  secret(
    'a token without its account',
    'kubernetes.io/service-account-token',
    {},
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ),
  secret(
    'a docker config that is a list',
    'kubernetes.io/dockerconfigjson',
    { '.dockerconfigjson': '[]' },
    'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be a JSON object',
  ),
];

for (const { says, path, body, status, message } of ROWS) {
  test(`${says} is refused`, async (t) => {
    await using server = await RawServer.open();
    const answer = await server.request('POST', path, { body });
    t.like(answer.json, { code: status, message });
  });
}

test('a number that is too large is refused', async (t) => {
  await using server = await RawServer.open();
  const body = { metadata: { name: 'a' }, involvedObject, count: 3_000_000_000 };
  const { json } = await server.request('POST', core('events'), { body });
  t.is(
    json['message'],
    `Event in version "v1" cannot be handled as a Event: ${cannot('number 3000000000', 'Event.count', 'int32')}`,
  );
});

test('a patch that makes a value of a wrong type is invalid, and says so of the patch', async (t) => {
  await using server = await RawServer.open();
  await server.request('POST', core('configmaps'), { body: { metadata: { name: 'a' } } });
  const { json } = await server.request('PATCH', `${core('configmaps')}/a`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { data: { k: 5 } },
  });
  const message = `Invalid value: {"data":{"k":5}}: ${cannot('number', 'ConfigMap.data', 'string')}`;
  t.like(json, { code: 422, reason: 'Invalid', message: ` "" is invalid: patch: ${message}` });
  t.deepEqual(json['details'], { causes: [{ field: 'patch', reason: 'FieldValueInvalid', message }] });
});

test('bytes over several lines are stored on one, and are the same bytes when they come again', async (t) => {
  await using server = await RawServer.open();
  const made = await server.request('POST', core('secrets'), {
    body: { metadata: { name: 'a' }, data: { k: 'YWJj\nZA==\n' } },
  });
  t.like(made.json, { data: { k: 'YWJjZA==' } });
  const apply = () =>
    server.request('PATCH', `${core('secrets')}/b?fieldManager=me`, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: 'apiVersion: v1\nkind: Secret\nmetadata: {name: b}\ndata:\n  k: |\n    YWJj\n    ZA==\n',
    });
  const first = await apply();
  t.like(first.json, { data: { k: 'YWJjZA==' } });
  t.deepEqual((await apply()).json, first.json);
});

test('Secrets that have what their type promises are taken', async (t) => {
  await using server = await RawServer.open();
  const make = (name: string, type: string, stringData: object, annotations = {}) =>
    server.request('POST', core('secrets'), { body: { metadata: { name, annotations }, type, stringData } });
  t.is((await make('a', 'kubernetes.io/basic-auth', { password: '' })).status, 201);
  t.is((await make('b', 'kubernetes.io/ssh-auth', { 'ssh-privatekey': 'x' })).status, 201);
  t.is((await make('c', 'kubernetes.io/dockercfg', { '.dockercfg': '{}' })).status, 201);
  const account = { 'kubernetes.io/service-account.name': 'x' };
  t.is((await make('d', 'kubernetes.io/service-account-token', {}, account)).status, 201);
  t.is((await make('e', 'constructor', {})).status, 201);
});
