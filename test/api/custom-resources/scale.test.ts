import test from 'ava';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';
import { APPLY, crd, establish, JSON_PATCH, MERGE, object, pathOf, version } from './world.ts';

const SCALED = version({
  spec: { replicas: { type: 'integer' }, size: { type: 'integer' } },
  more: {
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.note',
      },
    },
  },
});
const PATH = `${pathOf('Cart')}/a`;
const scale = (replicas: number, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'a', ...metadata },
  spec: { replicas },
});

async function open(spec: JsonObject = { replicas: 2 }): Promise<RawServer> {
  const server = await RawServer.open();
  await establish(server, crd('Cart', [SCALED]));
  await server.request('POST', `${pathOf('Cart')}?fieldManager=maker`, { body: object('Cart', 'a', { spec }) });
  return server;
}

/** Owners, Apply before Update, by name. */
async function owners(server: RawServer): Promise<unknown> {
  const { metadata } = (await server.request('GET', PATH)).json as unknown as KubeObject;
  const entries = (metadata.managedFields ?? []).toSorted((x, y) =>
    `${x.operation ?? ''} ${x.manager ?? ''}` < `${y.operation ?? ''} ${y.manager ?? ''}` ? -1 : 1,
  );
  return entries.map(({ manager, operation, apiVersion, subresource, fieldsV1 }) => [
    manager,
    operation,
    apiVersion,
    subresource,
    fieldsV1,
  ]);
}
const REPLICAS = { 'f:spec': { 'f:replicas': {} } };
/** Who made the object keeps `spec` itself. */
const THE_REST = ['maker', 'Update', 'shop.example.com/v1', undefined, { 'f:spec': {} }];

test('the scale shows what is wanted, what is there, and the selector', async (t) => {
  await using server = await open();
  await server.request('PATCH', `${PATH}/status`, { headers: MERGE, body: { status: { replicas: 1, note: 'app=a' } } });
  const { json } = await server.request('GET', `${PATH}/scale`);
  const whole = (await server.request('GET', PATH)).json as unknown as KubeObject;
  const { uid, resourceVersion, creationTimestamp } = whole.metadata;
  t.deepEqual(json, {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'a', namespace: 'default', uid, resourceVersion, creationTimestamp },
    spec: { replicas: 2 },
    status: { replicas: 1, selector: 'app=a' },
  });
});

test('discovery tells of the scale as autoscaling/v1 Scale, in both forms', async (t) => {
  await using server = await open();
  const { resources } = (await server.request('GET', '/apis/shop.example.com/v1')).json;
  const row = (resources as readonly JsonObject[]).find(({ name }) => name === 'carts/scale');
  t.like(row, { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] });
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { text } = await server.request('GET', '/apis', { headers: { accept } });
  t.regex(text, /"subresource":"scale","responseKind":\{"group":"autoscaling","version":"v1","kind":"Scale"\}/);
});

test('merge and JSON patches and a PUT set the number, and take it over', async (t) => {
  await using server = await open();
  const merged = await server.request('PATCH', `${PATH}/scale?fieldManager=hpa`, {
    headers: MERGE,
    body: { spec: { replicas: 3 } },
  });
  t.like(merged.json, { kind: 'Scale', spec: { replicas: 3 } });
  t.deepEqual(await owners(server), [['hpa', 'Update', 'shop.example.com/v1', 'scale', REPLICAS], THE_REST]);
  const { json } = await server.request('PATCH', `${PATH}/scale`, {
    headers: JSON_PATCH,
    body: JSON.stringify([{ op: 'replace', path: '/spec/replicas', value: 4 }]),
  });
  t.like(json, { spec: { replicas: 4 } });
  const put = await server.request('PUT', `${PATH}/scale`, { body: scale(5) });
  t.like(put.json, { spec: { replicas: 5 } });
  t.like((await server.request('GET', PATH)).json, {
    kind: 'Cart',
    spec: { replicas: 5 },
    metadata: { generation: 4 },
  });
});

test('a resourceVersion in the body is a precondition', async (t) => {
  await using server = await open();
  const { metadata } = (await server.request('GET', `${PATH}/scale`)).json as unknown as KubeObject;
  const { resourceVersion } = metadata;
  t.is((await server.request('PUT', `${PATH}/scale`, { body: scale(3, { resourceVersion }) })).status, 200);
  const stale = await server.request('PUT', `${PATH}/scale`, { body: scale(4, { resourceVersion }) });
  t.is(stale.status, 409);
  t.like(stale.json, { details: { kind: 'carts', group: 'shop.example.com', name: 'a' } });
});

test('an apply of the scale owns the number, and conflicts with who owns it', async (t) => {
  await using server = await open();
  const apply = (replicas: number, query: string) =>
    server.request('PATCH', `${PATH}/scale?${query}`, { headers: APPLY, body: scale(replicas) });
  const refused = await apply(7, 'fieldManager=x');
  t.is(refused.status, 409);
  t.like(refused.json, { details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas' }] } });
  t.like((await apply(7, 'fieldManager=x&force=true')).json, { spec: { replicas: 7 } });
  t.deepEqual(await owners(server), [['x', 'Apply', 'shop.example.com/v1', 'scale', REPLICAS], THE_REST]);
  const same = await apply(7, 'fieldManager=x');
  const again = await apply(7, 'fieldManager=x');
  t.deepEqual(again.json, same.json, 'applying the same again writes nothing');
});

const REFUSED: readonly (readonly [string, JsonObject, number])[] = [
  ['a negative number', { spec: { replicas: -1 } }, 422],
  ['more than an int32 holds', { spec: { replicas: 2 ** 31 } }, 422],
  ['a text', { spec: { replicas: 'x' } }, 422],
  ['another kind', { kind: 'Cart' }, 400],
  ['another name', { metadata: { name: 'b' } }, 400],
];
for (const [what, body, status] of REFUSED) {
  test(`${what} is refused with ${status}`, async (t) => {
    await using server = await open();
    const answer = await server.request('PATCH', `${PATH}/scale`, { headers: MERGE, body });
    t.is(answer.status, status, answer.text);
    t.like((await server.request('GET', PATH)).json, { spec: { replicas: 2 } });
  });
}

test('an object that does not say how many has no scale to read, and gets one by a write', async (t) => {
  await using server = await open({ size: 1 });
  const absent = await server.request('GET', `${PATH}/scale`);
  t.is(absent.status, 500);
  t.like(absent.json, { message: 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist' });
  const empty = await server.request('PATCH', `${PATH}/scale`, {
    headers: MERGE,
    body: { metadata: { labels: { a: 'b' } } },
  });
  t.is(empty.status, 400);
  const set = await server.request('PATCH', `${PATH}/scale`, { headers: MERGE, body: { spec: { replicas: 2 } } });
  t.like(set.json, { spec: { replicas: 2 } });
});

test('writes of the object itself keep its numbers sane', async (t) => {
  await using server = await open();
  const answer = await server.request('PATCH', PATH, { headers: MERGE, body: { spec: { replicas: -4 } } });
  t.like(answer.json, {
    code: 422,
    details: { causes: [{ field: '.spec.replicas', message: 'Invalid value: -4: should be a non-negative integer' }] },
  });
});

test('nothing is scaled that has no scale, and nothing that is not there', async (t) => {
  await using server = await open();
  await establish(server, crd('Plain'));
  await server.request('POST', pathOf('Plain'), { body: object('Plain', 'a') });
  t.is((await server.request('GET', `${pathOf('Plain')}/a/scale`)).status, 404);
  const missing = await server.request('PUT', `${pathOf('Cart')}/b/scale`, { body: scale(1, { name: 'b' }) });
  t.is(missing.status, 404);
  t.like(missing.json, { message: 'carts.shop.example.com "b" not found' });
});
