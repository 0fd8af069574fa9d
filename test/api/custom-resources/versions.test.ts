import test from 'ava';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';
import {
  APPLY,
  change,
  crd,
  CRDS,
  definitionOf,
  establish,
  established,
  eventsOf,
  JSON_PATCH,
  MERGE,
  nameOf,
  object,
  pathOf,
  version,
} from './world.ts';

const TEXT = { type: 'string' };
const V1 = version({ spec: { size: { type: 'integer', default: 3 }, old: TEXT } });
const V2 = version({
  name: 'v2',
  storage: false,
  spec: { size: { type: 'integer' }, color: { type: 'string', default: 'blue' } },
  more: { selectableFields: [{ jsonPath: '.spec.color' }] },
});
const BETA = version({ name: 'v1beta1', storage: false, spec: { size: { type: 'integer' } } });

async function open(versions: readonly JsonObject[] = [V1, BETA, V2]) {
  const server = await RawServer.open();
  const cart = crd('Cart', versions);
  await establish(server, cart);
  return { server, cart, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const get = async (server: RawServer, path: string): Promise<JsonObject> => (await server.request('GET', path)).json;
const specOf = async (server: RawServer, at: string, name = 'a'): Promise<unknown> =>
  (await get(server, `${pathOf('Cart', at)}/${name}`))['spec'];

test('versions are told best first: v2, v1, v1beta1', async (t) => {
  await using world = await open();
  t.like(await get(world.server, '/apis/shop.example.com'), {
    versions: [{ version: 'v2' }, { version: 'v1' }, { version: 'v1beta1' }],
    preferredVersion: { version: 'v2' },
  });
});

test('an object shows in each version, with what its stored version defaults and the asked one knows', async (t) => {
  await using world = await open();
  const { server } = world;
  const made = await server.request('POST', pathOf('Cart', 'v2'), { body: object('Cart', 'a', { spec: {} }, 'v2') });
  t.like(made.json, { apiVersion: 'shop.example.com/v2' });
  // v1, which is stored, knows no color: that is what is left, as on a real server
  t.deepEqual(made.json['spec'], { size: 3 });
  t.deepEqual(await specOf(server, 'v1'), { size: 3 });
  t.deepEqual(await specOf(server, 'v1beta1'), { size: 3 });
  const list = await get(server, pathOf('Cart', 'v1beta1'));
  t.like(list, { apiVersion: 'shop.example.com/v1beta1', items: [{ apiVersion: 'shop.example.com/v1beta1' }] });
});

test('managed fields carry the version of whoever wrote, and appliers count once over versions', async (t) => {
  await using world = await open();
  const { server } = world;
  const apply = (at: string, spec: JsonObject) =>
    server.request('PATCH', `${pathOf('Cart', at)}/a?fieldManager=x`, {
      headers: APPLY,
      body: object('Cart', 'a', { spec }, at),
    });
  t.is((await apply('v1', { size: 1, old: 'o' })).status, 201);
  const moved = await apply('v2', { size: 2 });
  t.is(moved.status, 200);
  t.deepEqual(await specOf(server, 'v1'), { size: 2 });
  const { metadata } = moved.json as unknown as KubeObject;
  t.deepEqual(
    metadata.managedFields?.map(({ manager, operation, apiVersion }) => [manager, operation, apiVersion]),
    [['x', 'Apply', 'shop.example.com/v2']],
  );
  await server.request('PATCH', `${pathOf('Cart', 'v1beta1')}/a?fieldManager=y`, {
    headers: MERGE,
    body: { spec: { size: 9 } },
  });
  const after = (await get(server, `${pathOf('Cart', 'v1')}/a`)) as unknown as KubeObject;
  t.deepEqual(
    after.metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion]),
    [['y', 'shop.example.com/v1beta1']],
  );
});

test('field selectors are those of the version, over values that it shows', async (t) => {
  await using world = await open([
    { ...V1, storage: false },
    { ...V2, storage: true },
  ]);
  const { server } = world;
  for (const [name, color] of Object.entries({ a: 'red', b: 'blue', c: undefined })) {
    const spec: JsonObject = color === undefined ? {} : { color };
    await server.request('POST', pathOf('Cart', 'v2'), { body: object('Cart', name, { spec }, 'v2') });
  }
  const blue = await get(server, `${pathOf('Cart', 'v2')}?fieldSelector=spec.color%3Dblue`);
  t.deepEqual(
    (blue['items'] as unknown as readonly KubeObject[]).map(({ metadata }) => metadata.name),
    ['b', 'c'],
  );
  t.is((await server.request('GET', `${pathOf('Cart')}?fieldSelector=spec.color%3Dblue`)).status, 400);
  const watch = server.request(
    'GET',
    `${pathOf('Cart', 'v2')}?watch=true&fieldSelector=spec.color%3Dred&timeoutSeconds=1`,
  );
  await server.request('PATCH', `${pathOf('Cart', 'v1')}/a`, {
    headers: MERGE,
    body: { metadata: { labels: { l: 'x' } } },
  });
  const last = eventsOf(await watch).at(-1);
  t.like(last?.object, { apiVersion: 'shop.example.com/v2', spec: { color: 'red' } });
});

test('old objects get new defaults when they are read, in list items too, and lose what is known no longer', async (t) => {
  const shape = (more: JsonObject): JsonObject =>
    version({
      spec: {
        list: { type: 'array', items: { type: 'object', properties: { a: TEXT, ...more } } },
        ...more,
        old: TEXT,
      },
    });
  await using world = await open([shape({})]);
  const { server, cart } = world;
  const spec = { list: [{ a: 'x' }], old: 'kept' };
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec }) });
  const before = (await get(server, `${pathOf('Cart')}/a`)) as unknown as KubeObject;
  await change(server, cart, { spec: { versions: [shape({ b: { type: 'string', default: 'bee' } })] } });
  t.deepEqual(await specOf(server, 'v1'), { list: [{ a: 'x', b: 'bee' }], b: 'bee', old: 'kept' });
  const after = (await get(server, `${pathOf('Cart')}/a`)) as unknown as KubeObject;
  t.is(after.metadata.resourceVersion, before.metadata.resourceVersion, 'reading writes nothing');
  const list = await get(server, pathOf('Cart'));
  t.like(list, { items: [{ spec: { b: 'bee' } }] });
  const watched = eventsOf(await server.request('GET', `${pathOf('Cart')}?watch=true&timeoutSeconds=1`));
  t.like(watched[0]?.object, { spec: { b: 'bee' } });
  await change(server, cart, { spec: { versions: [version({ spec: { old: { type: 'string' } } })] } });
  t.deepEqual(await specOf(server, 'v1'), { old: 'kept' });
  const patched = await server.request('PATCH', `${pathOf('Cart')}/a`, {
    headers: JSON_PATCH,
    body: JSON.stringify([{ op: 'test', path: '/spec', value: { old: 'kept' } }]),
  });
  t.is(patched.status, 200, 'patches work on what is shown');
});

test('a write that changes nothing but the stored form is made: so objects are migrated', async (t) => {
  await using world = await open([V1, V2]);
  const { server, cart } = world;
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: { size: 1 } }) });
  await change(server, cart, {
    spec: {
      versions: [
        { ...V1, storage: false },
        { ...V2, storage: true },
      ],
    },
  });
  t.deepEqual((await definitionOf(server, nameOf(cart))).status?.storedVersions, ['v1', 'v2']);
  const raw = (): string => {
    const cache = server.server.kind('shop.example.com', 'carts')?.cache;
    return Buffer.from(cache?.get('default', 'a')?.value ?? []).toString();
  };
  t.regex(raw(), /shop\.example\.com\/v1"/);
  const read = await get(server, `${pathOf('Cart', 'v2')}/a`);
  const put = await server.request('PUT', `${pathOf('Cart', 'v2')}/a`, { body: read });
  t.is(put.status, 200);
  t.regex(raw(), /shop\.example\.com\/v2"/);
  const again = await server.request('PUT', `${pathOf('Cart', 'v2')}/a`, { body: put.json });
  t.deepEqual(again.json, put.json, 'and then no more');
  const dropped = await change(server, cart, { spec: { versions: [{ ...V2, storage: true }] } });
  t.is(dropped.status, 422, 'a version that may be stored somewhere cannot be dropped');
});

test('a null where the schema knows none becomes the default, and what has none goes', async (t) => {
  await using world = await open([
    version({
      spec: {
        d: { type: 'string', default: 'dee' },
        n: TEXT,
        nullable: { type: 'string', nullable: true, default: 'x' },
      },
    }),
  ]);
  const { server } = world;
  const spec = { d: null, n: null, nullable: null };
  const made = await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec }) });
  t.deepEqual(made.json['spec'], { d: 'dee', nullable: null });
});

test('unknown fields are dropped with a warning, or refused', async (t) => {
  await using world = await open();
  const { server } = world;
  const body = object('Cart', 'a', { spec: { size: 1, nope: true }, top: 1 });
  const strict = await server.request('POST', `${pathOf('Cart')}?fieldValidation=Strict`, { body });
  t.is(strict.status, 400);
  t.regex(strict.text, /strict decoding error: .*unknown field \\"spec\.nope\\"/);
  const warned = await server.request('POST', pathOf('Cart'), { body });
  t.deepEqual(warned.json['spec'], { size: 1 });
  t.regex(String(warned.headers['warning']), /unknown field/);
});

test('who uses a deprecated version is told', async (t) => {
  await using world = await open([V1, { ...V2, deprecated: true }]);
  const { headers } = await world.server.request('GET', pathOf('Cart', 'v2'));
  t.is(headers['warning'], '299 - "shop.example.com/v2 Cart is deprecated"');
  t.is((await world.server.request('GET', pathOf('Cart'))).headers['warning'], undefined);
});

test('continue pages and resource versions are those of the one storage', async (t) => {
  await using world = await open();
  const { server } = world;
  for (const name of ['a', 'b', 'c']) {
    await server.request('POST', pathOf('Cart'), { body: object('Cart', name, { spec: {} }) });
  }
  const page = await get(server, `${pathOf('Cart', 'v2')}?limit=2`);
  await server.request('DELETE', `${pathOf('Cart', 'v1beta1')}/c`);
  const { continue: token, resourceVersion } = page['metadata'] as Readonly<Record<string, string>>;
  const rest = await get(server, `${pathOf('Cart', 'v1beta1')}?limit=2&continue=${token}`);
  t.like(rest, { metadata: { resourceVersion }, items: [{ metadata: { name: 'c' } }] });
});

test('numbers of a schema keep every digit, in rules, defaults and documents', async (t) => {
  const big = '9223372036854775807';
  await using server = await RawServer.open();
  const cart = crd('Cart', [version({ spec: { n: { type: 'integer', format: 'int64', maximum: 77, default: 66 } } })]);
  const body = JSON.stringify(cart).replace('77', big).replace('66', '9007199254740993');
  const made = await server.request('POST', CRDS, { body, headers: { 'content-type': 'application/json' } });
  t.is(made.status, 201, made.text);
  await established(server, nameOf(cart));
  const { text } = await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: {} }) });
  t.regex(text, /"n":9007199254740993/);
  t.true((await server.request('GET', '/openapi/v2')).text.includes(`"maximum":${big}`));
  t.true((await server.request('GET', '/openapi/v3/apis/shop.example.com/v1')).text.includes(`"maximum":${big}`));
  const { bytes } = await server.bytes('/openapi/v2', {
    accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  });
  t.true(bytes.includes('9007199254740993'));
});
