import test from 'ava';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';

const IN_DEFAULT = '/api/v1/namespaces/default/configmaps';
const TABLE = {
  accept:
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
};
const PARTIAL = {
  accept:
    'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
};

async function withConfigMaps(...names: readonly string[]): Promise<RawServer> {
  const server = await RawServer.open();
  for (const name of names)
    await server.request('POST', IN_DEFAULT, { body: { metadata: { name }, data: { a: '1', b: '2' } } });
  return server;
}

test('a list names kind and version once for itself and once for each item', async (t) => {
  await using server = await withConfigMaps('a', 'b');
  const { json, headers } = await server.request('GET', IN_DEFAULT);
  t.like(json, { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '5' } });
  const items = json['items'] as readonly JsonObject[];
  t.deepEqual(
    items.map(({ kind, apiVersion }) => [kind, apiVersion]),
    [
      ['ConfigMap', 'v1'],
      ['ConfigMap', 'v1'],
    ],
  );
  t.truthy(headers['content-length']);
  t.deepEqual((await server.request('GET', '/api/v1/secrets')).json['items'], []);
});

test('a Table has columns, cells and metadata', async (t) => {
  await using server = await withConfigMaps('a');
  const { json } = await server.request('GET', IN_DEFAULT, { headers: TABLE });
  t.like(json, { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '4' } });
  const columns = json['columnDefinitions'] as readonly JsonObject[];
  t.deepEqual(
    columns.map(({ name, type, format, priority }) => [name, type, format, priority]),
    [
      ['Name', 'string', 'name', 0],
      ['Data', 'string', '', 0],
      ['Age', 'string', '', 0],
    ],
  );
  const [row] = json['rows'] as readonly { readonly cells: readonly unknown[]; readonly object: unknown }[];
  const cells = row?.cells ?? [];
  t.deepEqual(cells.slice(0, 2), ['a', 2]);
  t.regex(String(cells[2]), /^\d+s$/);
  t.like(row?.object, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } });
});

test('a Table shows whole objects or none when asked, and one row for one object', async (t) => {
  await using server = await withConfigMaps('a');
  const whole = (await server.request('GET', `${IN_DEFAULT}?includeObject=Object`, { headers: TABLE })).json;
  t.like((whole['rows'] as readonly JsonObject[])[0]?.['object'], { kind: 'ConfigMap', data: { a: '1', b: '2' } });
  const none = (await server.request('GET', `${IN_DEFAULT}/a?includeObject=None`, { headers: TABLE })).json;
  t.is((none['rows'] as readonly JsonObject[]).length, 1);
  t.false(Object.hasOwn((none['rows'] as readonly JsonObject[])[0] ?? {}, 'object'));
});

test('metadata alone is served to those who ask for it, also by way of protobuf', async (t) => {
  await using server = await withConfigMaps('a');
  const { json } = await server.request('GET', IN_DEFAULT, { headers: PARTIAL });
  t.like(json, { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
  const [item] = json['items'] as readonly JsonObject[];
  t.deepEqual(Object.keys(item ?? {}).sort(), ['apiVersion', 'kind', 'metadata']);
});

test('YAML goes in and comes out', async (t) => {
  await using server = await RawServer.open();
  const body = 'metadata: {name: yml}\ndata:\n  text: |\n    one\n    two\n';
  const made = await server.request('POST', IN_DEFAULT, {
    headers: { 'content-type': 'application/yaml; charset=utf-8', accept: 'application/yaml' },
    body,
  });
  t.is(made.status, 201, made.text);
  t.is(made.headers['content-type'], 'application/yaml');
  t.regex(made.text, /^apiVersion: v1\ndata:\n {2}text: \|\n {4}one\n {4}two\nkind: ConfigMap\n/);
  const list = await server.request('GET', IN_DEFAULT, { headers: { accept: 'application/yaml' } });
  t.regex(
    list.text,
    /^apiVersion: v1\nkind: ConfigMapList\nmetadata:\n {2}resourceVersion: "4"\nitems:\n- apiVersion: v1\n {2}data:/,
  );
  t.regex(
    (await server.request('GET', '/api/v1/secrets', { headers: { accept: 'application/yaml' } })).text,
    /items: \[\]\n$/,
  );
});

test('warnings come as headers, quoted, and in any script', async (t) => {
  await using server = await RawServer.open();
  const body = '{"metadata":{"name":"w"},"dätä\\"":1,"kind":"ConfigMap","kind":"ConfigMap"}';
  const { headers, status } = await server.request('POST', IN_DEFAULT, { body });
  t.is(status, 201);
  const text = Buffer.from(String(headers['warning']), 'latin1').toString('utf8');
  t.is(text, '299 - "duplicate field \\"kind\\"", 299 - "unknown field \\"dätä\\\\\\"\\""');
});

test('a long list is streamed whole, in the order of its keys', async (t) => {
  await using server = await RawServer.open();
  const names = Array.from({ length: 400 }, (_, index) => `n${String(index).padStart(4, '0')}`);
  const data = { text: 'x'.repeat(2000) };
  await Promise.all(names.map((name) => server.request('POST', IN_DEFAULT, { body: { metadata: { name }, data } })));
  for (const headers of [{}, TABLE]) {
    const { json, headers: given } = await server.request('GET', IN_DEFAULT, { headers });
    t.is(given['transfer-encoding'], 'chunked');
    const items = (json['items'] ?? json['rows']) as readonly {
      readonly metadata?: { readonly name: string };
      readonly cells?: readonly string[];
    }[];
    t.deepEqual(
      items.map(({ metadata, cells }) => metadata?.name ?? cells?.[0]),
      names,
    );
  }
});

test('health, version and metrics answer without ceremony', async (t) => {
  const checks = [
    { name: 'store', check: () => undefined },
    { name: 'disk', check: () => 'is full' },
  ];
  await using server = await RawServer.open({ health: checks });
  t.deepEqual(
    [(await server.request('GET', '/livez')).text, (await server.request('GET', '/readyz/store')).text],
    ['ok', 'ok'],
  );
  const ready = await server.request('GET', '/readyz?verbose');
  t.is(ready.status, 500);
  t.is(ready.text, '[+]ping ok\n[+]store ok\n[-]disk failed: is full\nreadyz check failed\n');
  t.is((await server.request('GET', '/healthz/none')).status, 404);
  const { json } = await server.request('GET', '/version');
  t.true(Object.values(json).every((value) => typeof value === 'string'));
  t.regex(json['gitVersion'] as string, /^v1\.\d+\.0\+tsmoby/);
  await server.request('GET', IN_DEFAULT);
  const metrics = (await server.request('GET', '/metrics')).text;
  t.regex(metrics, /apiserver_request_total\{verb="list",group="",resource="configmaps",code="200"\} 1\n/);
  t.regex(metrics, /apiserver_request_duration_seconds_count\{verb="list",group="",resource="configmaps"\} 1\n/);
});
