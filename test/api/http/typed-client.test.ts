/** What programs in Go send (client-go 0.36): typed bodies in protobuf, leader election, recorders of Events, metadata alone. */
import test from 'ava';
import { encodeObject } from '../../../api/codec/protobuf/encode.ts';
import type { JsonObject, KindRef } from '../../../schemas/object.ts';
import { RawServer, type RawAnswer } from '../../support/raw-http.ts';

const ACCEPT = 'application/vnd.kubernetes.protobuf,application/json';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const EVENTS = '/api/v1/namespaces/default/events';
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

const typed = (server: RawServer) => (method: string, path: string, kind?: KindRef, object?: object) =>
  server.request(method, path, {
    headers: {
      accept: ACCEPT,
      'user-agent': 'manager/v0.0.0 (linux/amd64) kubernetes/$Format',
      ...(kind === undefined ? {} : { 'content-type': 'application/vnd.kubernetes.protobuf' }),
    },
    ...(kind === undefined ? {} : { body: encodeObject({ ...kind, ...object }, kind) }),
  });

const upwards = (a: number, b: number): number => a - b;

const metadataOf = ({ json }: RawAnswer) =>
  json['metadata'] as { readonly uid: string; readonly resourceVersion: string };

const lease = (holderIdentity: string, second: number, metadata: object = {}) => ({
  metadata: { name: 'leader', namespace: 'default', ...metadata },
  spec: {
    holderIdentity,
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000001Z',
    renewTime: `2026-01-01T00:00:0${String(second)}.123456Z`,
    leaseTransitions: 0,
  },
});

test('candidates elect a leader by a Lease: one makes it, one of those who take it over wins, the holder renews', async (t) => {
  await using server = await RawServer.open();
  const ask = typed(server);
  t.is((await ask('GET', `${LEASES}/leader`)).status, 404);
  const makers = await Promise.all(['a', 'b', 'c'].map((name) => ask('POST', LEASES, LEASE, lease(name, 0))));
  t.deepEqual(makers.map(({ status }) => status).sort(upwards), [201, 409, 409]);
  const { resourceVersion } = metadataOf(await ask('GET', `${LEASES}/leader`));
  const takers = await Promise.all(
    ['d', 'e', 'f'].map((name) => ask('PUT', `${LEASES}/leader`, LEASE, lease(name, 1, { resourceVersion }))),
  );
  t.deepEqual(takers.map(({ status }) => status).sort(upwards), [200, 409, 409]);
  const lost = takers.find(({ status }) => status === 409);
  t.is(lost?.json['reason'], 'Conflict');
  let version = metadataOf(takers.find(({ status }) => status === 200) as RawAnswer).resourceVersion;
  for (const second of [2, 3, 4]) {
    const renewed = await ask('PUT', `${LEASES}/leader`, LEASE, lease('d', second, { resourceVersion: version }));
    t.is(renewed.status, 200, renewed.text);
    t.like(renewed.json['spec'], { renewTime: `2026-01-01T00:00:0${String(second)}.123456Z` });
    version = metadataOf(renewed).resourceVersion;
  }
  const released = { ...lease('', 5, { resourceVersion: version }).spec, leaseDurationSeconds: 1 };
  const { status, json } = await ask('PUT', `${LEASES}/leader`, LEASE, {
    metadata: { name: 'leader', namespace: 'default', resourceVersion: version },
    spec: released,
  });
  t.deepEqual([status, (json['spec'] as JsonObject)['leaseDurationSeconds']], [200, 1]);
});

test('typed writes in protobuf are those that JSON would be, options of a delete included', async (t) => {
  await using server = await RawServer.open();
  const ask = typed(server);
  const object = { metadata: { name: 'a', namespace: 'default', labels: { l: 'v' } }, data: { k: 'v' } };
  const made = await ask('POST', `${CONFIG_MAPS}?fieldManager=typed`, CONFIG_MAP, object);
  t.is(made.status, 201);
  t.is(made.headers['content-type'], 'application/json', 'JSON is what all clients take');
  t.like(made.json, { kind: 'ConfigMap', data: { k: 'v' } });
  const { uid, resourceVersion } = metadataOf(made);
  const next = { ...object, metadata: { ...object.metadata, resourceVersion }, data: { k: 'w' } };
  t.is((await ask('PUT', `${CONFIG_MAPS}/a`, CONFIG_MAP, next)).status, 200);
  t.is((await ask('PUT', `${CONFIG_MAPS}/a`, CONFIG_MAP, next)).json['reason'], 'Conflict');
  const options = { apiVersion: 'v1', kind: 'DeleteOptions' } as const;
  const stale = await ask('DELETE', `${CONFIG_MAPS}/a`, options, { preconditions: { uid: 'another' } });
  t.is(stale.status, 409);
  t.regex(stale.json['message'] as string, /UID in precondition: another/);
  const dry = await ask('DELETE', `${CONFIG_MAPS}/a`, options, { dryRun: ['All'] });
  t.deepEqual([dry.status, dry.json['status']], [200, 'Success']);
  const wish = { propagationPolicy: 'Foreground', preconditions: { uid } };
  const held = await ask('DELETE', `${CONFIG_MAPS}/a`, options, wish);
  t.deepEqual((held.json['metadata'] as JsonObject)['finalizers'], ['foregroundDeletion']);
});

test('who takes protobuf alone gets it, errors included', async (t) => {
  await using server = await RawServer.open();
  const alone = { accept: 'application/vnd.kubernetes.protobuf' };
  for (const path of [`${CONFIG_MAPS}/none`, CONFIG_MAPS, '/api/v1/namespaces/default']) {
    const { headers, bytes } = await server.bytes(path, alone);
    t.is(headers['content-type'], 'application/vnd.kubernetes.protobuf', path);
    t.is(bytes.subarray(0, 4).toString('latin1'), 'k8s\0', path);
  }
});

test('a recorder counts a repeated Event up by a strategic patch', async (t) => {
  await using server = await RawServer.open();
  const body = {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: 'a.17', namespace: 'default', creationTimestamp: null },
    involvedObject: { kind: 'ConfigMap', namespace: 'default', name: 'a', uid: 'u', apiVersion: 'v1' },
    reason: 'Pulled',
    message: 'pulled',
    source: { component: 'c' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 1,
    type: 'Normal',
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  };
  const made = await server.request('POST', EVENTS, { body });
  t.is(made.status, 201, made.text);
  const patched = await server.request('PATCH', `${EVENTS}/a.17`, {
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: JSON.stringify({ count: 2, lastTimestamp: '2026-01-01T00:01:00Z', message: 'pulled' }),
  });
  t.is(patched.status, 200, patched.text);
  t.like(patched.json, { count: 2, firstTimestamp: body.firstTimestamp, lastTimestamp: '2026-01-01T00:01:00Z' });
});

test('an informer of metadata sees the state, the mark of its end, and changes, without any content', async (t) => {
  await using server = await RawServer.open();
  await server.request('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' }, data: { secret: 'content' } } });
  const wish = 'as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
  const query =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const accept = `application/vnd.kubernetes.protobuf;${wish},application/json;${wish},application/json`;
  const { status, text } = await server.request('GET', `${CONFIG_MAPS}?${query}`, { headers: { accept } });
  t.is(status, 200);
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly object: JsonObject });
  t.deepEqual(
    events.map(({ type, object }) => [type, object['kind'], object['apiVersion']]),
    [
      ['ADDED', 'PartialObjectMetadata', 'meta.k8s.io/v1'],
      ['BOOKMARK', 'PartialObjectMetadata', 'meta.k8s.io/v1'],
    ],
  );
  t.false(text.includes('content'));
});
