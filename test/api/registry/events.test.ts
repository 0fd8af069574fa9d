import test from 'ava';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { RawServer, type RawAnswer } from '../../support/raw-http.ts';

const CORE = '/api/v1/namespaces/default/events';
const NEWER = '/apis/events.k8s.io/v1/namespaces/default/events';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

const regarding = { kind: 'ConfigMap', name: 'cm', namespace: 'default', apiVersion: 'v1' };

const core = (name: string, fields: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: regarding,
  reason: 'Made',
  message: 'made it',
  type: 'Normal',
  ...fields,
});

const newer = (name: string, fields: JsonObject = {}): JsonObject => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name },
  regarding,
  reason: 'Made',
  note: 'made it',
  type: 'Normal',
  action: 'Making',
  eventTime: '2026-01-01T00:00:00.123456Z',
  reportingController: 'example.com/maker',
  reportingInstance: 'maker-1',
  ...fields,
});

const fieldsOf = ({ json }: RawAnswer): readonly string[] =>
  (json['details'] as { readonly causes?: readonly { readonly field: string }[] }).causes?.map(({ field }) => field) ??
  [];

const metadataOf = ({ json }: RawAnswer): KubeObject['metadata'] => (json as unknown as KubeObject).metadata;

test('an Event of either version shows in both, every field under its own name', async (t) => {
  await using server = await RawServer.open();
  const old = await server.request('POST', CORE, {
    body: core('a', {
      source: { component: 'c', host: 'h' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:01Z',
      count: 3,
      reportingComponent: 'example.com/c',
    }),
  });
  t.is(old.status, 201);
  const seen = await server.request('GET', `${NEWER}/a`);
  t.like(seen.json, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    regarding,
    note: 'made it',
    deprecatedSource: { component: 'c', host: 'h' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:01Z',
    deprecatedCount: 3,
    reportingController: 'example.com/c',
  });
  t.false('involvedObject' in seen.json || 'message' in seen.json || 'count' in seen.json);
  t.is(metadataOf(seen).uid, metadataOf(old).uid);
  const made = await server.request('POST', NEWER, { body: newer('b') });
  t.is(made.status, 201, made.text);
  t.like((await server.request('GET', `${CORE}/b`)).json, {
    apiVersion: 'v1',
    involvedObject: regarding,
    message: 'made it',
    reportingComponent: 'example.com/maker',
    eventTime: '2026-01-01T00:00:00.123456Z',
  });
});

test('writing back what was read, in the other version, changes nothing', async (t) => {
  await using server = await RawServer.open();
  const made = await server.request('POST', CORE, { body: core('a', { count: 1 }) });
  const seen = await server.request('GET', `${NEWER}/a`);
  const put = await server.request('PUT', `${NEWER}/a`, { body: seen.json });
  t.is(put.status, 200, put.text);
  t.is(metadataOf(put).resourceVersion, metadataOf(made).resourceVersion);
});

for (const [says, fields, wrong] of [
  ['no eventTime', { eventTime: null }, ['eventTime']],
  ['no action', { action: '' }, ['action']],
  [
    'no reporter',
    { reportingController: '', reportingInstance: '' },
    ['reportingController', 'reportingController', 'reportingController', 'reportingInstance'],
  ],
  ['a reporter with a bad name', { reportingController: 'a b' }, ['reportingController']],
  ['an unknown type', { type: 'Odd' }, ['type']],
  ['a series of one', { series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }, ['series.count']],
  ['a series without a time', { series: { count: 2 } }, ['series.lastObservedTime']],
  ['an old source', { deprecatedSource: { component: 'c' } }, ['source']],
  ['an old count', { deprecatedCount: 1 }, ['count']],
  ['too long a note', { note: 'x'.repeat(1025) }, ['message']],
] as const satisfies readonly (readonly [string, JsonObject, readonly string[]])[]) {
  test(`an events.k8s.io Event with ${says} is refused`, async (t) => {
    await using server = await RawServer.open();
    const answer = await server.request('POST', NEWER, { body: newer('a', fields) });
    t.is(answer.status, 422, answer.text);
    t.deepEqual(fieldsOf(answer), wrong);
  });
}

test('an events.k8s.io Event changes in its series and nowhere else', async (t) => {
  await using server = await RawServer.open();
  await server.request('POST', NEWER, { body: newer('a') });
  const patch = async (body: object): Promise<RawAnswer> =>
    server.request('PATCH', `${NEWER}/a`, {
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body,
    });
  const repeated = await patch({ series: { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' } });
  t.is(repeated.status, 200, repeated.text);
  t.like((await server.request('GET', `${CORE}/a`)).json, { series: { count: 2 } });
  const moved = await patch({ note: 'another', reason: 'Other', regarding: { name: 'x' } });
  t.is(moved.status, 422);
  t.deepEqual(fieldsOf(moved), ['involvedObject', 'reason', 'message']);
});

test('core/v1 keeps its easier rules, and its namespace rule', async (t) => {
  await using server = await RawServer.open();
  t.is((await server.request('POST', CORE, { body: core('a:b', { type: 'Odd' }) })).status, 201);
  const elsewhere = core('c', { involvedObject: { ...regarding, namespace: 'other' } });
  t.deepEqual(fieldsOf(await server.request('POST', CORE, { body: elsewhere })), ['involvedObject.namespace']);
  t.is((await server.request('PUT', `${CORE}/new`, { body: core('new') })).status, 201, 'PUT creates');
});

test('times of built-in kinds come back in UTC and in the digits that Go reads', async (t) => {
  await using server = await RawServer.open();
  const made = await server.request('POST', '/apis/coordination.k8s.io/v1/namespaces/default/leases', {
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { acquireTime: '2026-01-01T00:00:00Z', renewTime: '2026-01-01T02:00:00.5+02:00' },
    },
  });
  t.deepEqual(made.json['spec'], {
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:00.500000Z',
  });
  const event = await server.request('POST', '/api/v1/namespaces/default/events', {
    body: {
      metadata: { name: 'e' },
      involvedObject: { namespace: 'default' },
      firstTimestamp: '2026-01-01T02:00:00.75+02:00',
      series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.1234567Z' },
    },
  });
  t.like(event.json, {
    firstTimestamp: '2026-01-01T00:00:00Z',
    series: { lastObservedTime: '2026-01-01T00:00:00.123456Z' },
  });
});

test('each version has its own field selectors', async (t) => {
  await using server = await RawServer.open();
  await server.request('POST', NEWER, { body: newer('a') });
  await server.request('POST', CORE, { body: core('b', { source: { component: 'c' } }) });
  const names = async (path: string): Promise<readonly string[]> => {
    const { json } = await server.request('GET', path);
    return (json['items'] as unknown as readonly KubeObject[]).map(({ metadata }) => metadata.name);
  };
  t.deepEqual(await names(`${NEWER}?fieldSelector=reportingController%3Dexample.com/maker`), ['a']);
  t.deepEqual(await names(`${NEWER}?fieldSelector=regarding.name%3Dcm,reason%3DMade`), ['a', 'b']);
  t.deepEqual(await names(`${CORE}?fieldSelector=source%3Dc`), ['b']);
  t.is((await server.request('GET', `${NEWER}?fieldSelector=source%3Dc`)).status, 400);
  t.is((await server.request('GET', `${NEWER}?fieldSelector=involvedObject.name%3Dcm`)).status, 400);
  t.is((await server.request('GET', `${CORE}?fieldSelector=regarding.name%3Dcm`)).status, 400);
});

test('both versions print the same rows', async (t) => {
  await using server = await RawServer.open();
  await server.request('POST', NEWER, { body: newer('a', { regarding: { kind: 'Thing' } }) });
  const cells = async (path: string): Promise<unknown> =>
    ((await server.request('GET', path, { headers: TABLE })).json['rows'] as readonly JsonObject[])[0]?.['cells'];
  const shown = (await cells(CORE)) as readonly unknown[];
  t.deepEqual(shown.slice(1, 7), ['Normal', 'Made', 'thing', '', 'example.com/maker, maker-1', 'made it']);
  t.deepEqual(await cells(NEWER), shown);
});
