import test from 'ava';
import type { Conversion } from '../../../api/registry/conversion.ts';
import { serveAlso } from '../../../api/registry/open-kind.ts';
import { storedResource } from '../../../api/registry/stored-resource.ts';
import { servedKinds } from '../../../cli/daemon/served-kinds.ts';
import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import type { JsonObject, KubeObject, ObjectMeta } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';
import { widgetKind } from '../../support/widget.ts';

interface Old extends KubeObject {
  readonly spec?: { readonly size?: number; readonly color?: string };
}
interface New extends KubeObject {
  readonly length?: number;
  readonly paint?: string;
}

/** Widgets once more, in another group and with other field names, as events.k8s.io has them. */
const gadget: KindDefinition = {
  ...widgetKind,
  group: 'other.tsmoby.dev',
  version: 'v2',
  kind: 'Gadget',
  listKind: 'GadgetList',
  plural: 'gadgets',
  singular: 'gadget',
  storedAs: { group: widgetKind.group, plural: widgetKind.plural },
  subresources: [],
  selectableFields: ['paint'],
  columns: [{ name: 'Length', type: 'integer', jsonPath: '.length' }],
  schema: {
    type: 'object',
    properties: {
      metadata: { type: 'object' },
      length: { type: 'integer', minimum: 0 },
      paint: { type: 'string', default: 'white' },
    },
  },
};

const conversion: Conversion = {
  fromStored(stored) {
    const { spec = {}, metadata } = stored as Old;
    const { size: length, color: paint } = spec;
    const fields = { ...(length === undefined ? {} : { length }), ...(paint === undefined ? {} : { paint }) };
    return { apiVersion: 'other.tsmoby.dev/v2', kind: 'Gadget', metadata, ...fields };
  },
  toStored(object) {
    const { metadata, length: size, paint: color } = object as New;
    const spec = { ...(size === undefined ? {} : { size }), ...(color === undefined ? {} : { color }) };
    return { apiVersion: 'test.tsmoby.dev/v1', kind: 'Widget', metadata, spec } as KubeObject;
  },
};

const OLD = '/apis/test.tsmoby.dev/v1/namespaces/default/widgets';
const NEW = '/apis/other.tsmoby.dev/v2/namespaces/default/gadgets';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

const widgetBody = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'test.tsmoby.dev/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});
const gadgetBody = (name: string, fields: JsonObject = {}): JsonObject => ({
  apiVersion: 'other.tsmoby.dev/v2',
  kind: 'Gadget',
  metadata: { name },
  ...fields,
});

async function open(): Promise<RawServer> {
  const server = await RawServer.open();
  const kind = server.server.kind('test.tsmoby.dev', 'widgets');
  if (kind === undefined) throw new Error('no widgets');
  server.server.registry.add(storedResource(serveAlso(kind, gadget, conversion)));
  return server;
}

test('an object shows in each version what it is there, with one identity', async (t) => {
  await using server = await open();
  const made = await server.request('POST', OLD, { body: widgetBody('a', { size: 3, color: 'red' }) });
  t.is(made.status, 201);
  const { json } = await server.request('GET', `${NEW}/a`);
  t.like(json, { apiVersion: 'other.tsmoby.dev/v2', kind: 'Gadget', length: 3, paint: 'red' });
  t.is(json['spec'], undefined);
  const old = made.json['metadata'] as unknown as ObjectMeta;
  t.deepEqual(json['metadata'], made.json['metadata']);
  t.is(old.managedFields?.[0]?.apiVersion, 'test.tsmoby.dev/v1');
});

test('a write means what it means in its own version: defaults, rules, errors', async (t) => {
  await using server = await open();
  const made = await server.request('POST', NEW, { body: gadgetBody('a', { length: 1 }) });
  t.like(made.json, { kind: 'Gadget', length: 1, paint: 'white' });
  t.like((await server.request('GET', `${OLD}/a`)).json, { kind: 'Widget', spec: { size: 1, color: 'white' } });
  const bad = await server.request('POST', NEW, { body: gadgetBody('b', { length: -1 }) });
  t.is(bad.status, 422);
  t.like(bad.json, { details: { kind: 'Gadget', group: 'other.tsmoby.dev' } });
  const missing = await server.request('GET', `${NEW}/none`);
  t.like(missing.json, { message: 'gadgets.other.tsmoby.dev "none" not found' });
  const again = await server.request('POST', NEW, { body: gadgetBody('a') });
  t.like(again.json, { reason: 'AlreadyExists', details: { kind: 'gadgets' } });
});

test('patches, applies and no-ops of either version meet in one object', async (t) => {
  await using server = await open();
  await server.request('POST', OLD, { body: widgetBody('a', { size: 1, color: 'red' }) });
  const merged = await server.request('PATCH', `${NEW}/a?fieldManager=m`, { headers: MERGE, body: { length: 2 } });
  t.like(merged.json, { length: 2, paint: 'red' });
  const { metadata } = merged.json as unknown as KubeObject;
  t.deepEqual(
    metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion]).find(([who]) => who === 'm'),
    ['m', 'other.tsmoby.dev/v2'],
  );
  const nothing = await server.request('PATCH', `${NEW}/a`, { headers: MERGE, body: { length: 2 } });
  t.is((nothing.json as unknown as KubeObject).metadata.resourceVersion, metadata.resourceVersion);
  const put = await server.request('PUT', `${NEW}/a`, { body: nothing.json });
  t.is((put.json as unknown as KubeObject).metadata.resourceVersion, metadata.resourceVersion);
  const applied = await server.request('PATCH', `${NEW}/b?fieldManager=x`, {
    headers: APPLY,
    body: gadgetBody('b', { length: 5 }),
  });
  t.is(applied.status, 201);
  t.like((await server.request('GET', `${OLD}/b`)).json, { spec: { size: 5, color: 'white' } });
  const same = await server.request('PATCH', `${NEW}/b?fieldManager=x`, {
    headers: APPLY,
    body: gadgetBody('b', { length: 5 }),
  });
  t.deepEqual(same.json, applied.json);
});

test('a dry run shows what a write would, and stores nothing', async (t) => {
  await using server = await open();
  const dry = await server.request('POST', `${NEW}?dryRun=All`, { body: gadgetBody('a', { length: 1 }) });
  t.is(dry.status, 201);
  t.like(dry.json, { kind: 'Gadget', length: 1, paint: 'white' });
  t.is((await server.request('GET', `${NEW}/a`)).status, 404);
  t.is((await server.request('GET', `${OLD}/a`)).status, 404);
});

test('lists, Tables, selectors and pages are those of the version', async (t) => {
  await using server = await open();
  for (const [index, color] of ['red', 'blue', 'red'].entries()) {
    await server.request('POST', OLD, { body: widgetBody(`w${index}`, { size: index, color }) });
  }
  const list = (await server.request('GET', NEW)).json;
  t.like(list, { kind: 'GadgetList', apiVersion: 'other.tsmoby.dev/v2' });
  t.deepEqual(
    (list['items'] as readonly JsonObject[]).map(({ length }) => length),
    [0, 1, 2],
  );
  const red = (await server.request('GET', `${NEW}?fieldSelector=paint%3Dred`)).json;
  t.is((red['items'] as readonly JsonObject[]).length, 2);
  t.is((await server.request('GET', `${OLD}?fieldSelector=paint%3Dred`)).status, 400);
  const table = (await server.request('GET', NEW, { headers: TABLE })).json;
  const rows = table['rows'] as readonly { readonly cells: readonly unknown[] }[];
  t.deepEqual(
    rows.map(({ cells }) => cells),
    [
      ['w0', 0],
      ['w1', 1],
      ['w2', 2],
    ],
  );
  const page = (await server.request('GET', `${NEW}?limit=2`)).json;
  const token = (page['metadata'] as { readonly continue: string }).continue;
  const rest = (await server.request('GET', `${NEW}?limit=2&continue=${token}`)).json;
  t.deepEqual(
    (rest['items'] as readonly JsonObject[]).map(({ length }) => length),
    [2],
  );
});

test('watchers of both versions share an event, each in its own form', async (t) => {
  await using server = await open();
  const read = async (path: string): Promise<readonly JsonObject[]> => {
    const answer = await server.request('GET', `${path}?watch=true&resourceVersion=${version}&timeoutSeconds=1`);
    return answer.text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly object: JsonObject }).object);
  };
  const { metadata } = (await server.request('GET', OLD)).json;
  const version = (metadata as { readonly resourceVersion: string }).resourceVersion;
  const watches = [read(OLD), read(NEW), read(OLD), read(NEW)];
  await server.request('POST', OLD, { body: widgetBody('a', { size: 7, color: 'red' }) });
  await server.request('DELETE', `${NEW}/a`);
  for (const [index, events] of (await Promise.all(watches)).entries()) {
    t.is(events.length, 2);
    for (const object of events) {
      t.like(object, index % 2 === 0 ? { kind: 'Widget', spec: { size: 7 } } : { kind: 'Gadget', length: 7 });
    }
  }
});

test('a delete through one version is told in its words and ends the object in all', async (t) => {
  await using server = await open();
  await server.request('POST', OLD, { body: widgetBody('a') });
  const gone = await server.request('DELETE', `${NEW}/a`);
  t.like(gone.json, { status: 'Success', details: { kind: 'gadgets', group: 'other.tsmoby.dev' } });
  t.is((await server.request('GET', `${OLD}/a`)).status, 404);
});

test('controllers of all kinds follow the objects once', async (t) => {
  await using server = await open();

  const kinds = servedKinds(server.server.registry).current();
  t.is(kinds.filter(({ kind }) => kind === 'Gadget').length, 0);
  t.is(kinds.filter(({ kind }) => kind === 'Widget').length, 1);
});
