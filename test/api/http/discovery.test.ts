import test from 'ava';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';

type Rows = readonly JsonObject[];

test('legacy discovery lists versions, groups and resources with what they can do', async (t) => {
  await using server = await RawServer.open();
  const get = async (path: string): Promise<JsonObject> => (await server.request('GET', path)).json;
  t.like(await get('/api'), { kind: 'APIVersions', versions: ['v1'] });
  const groups = (await get('/apis'))['groups'] as Rows;
  t.deepEqual(
    groups.map(({ name }) => name),
    [
      'apiextensions.k8s.io',
      'apps',
      ...['authentication', 'authorization', 'coordination', 'events'].map((name) => `${name}.k8s.io`),
      'test.tsmoby.dev',
      'tsmoby.dev',
    ],
  );
  t.deepEqual(groups.at(-1), await withoutTypes(get('/apis/tsmoby.dev')));
  t.like(groups.at(-1), { preferredVersion: { groupVersion: 'tsmoby.dev/v1alpha1', version: 'v1alpha1' } });
  const list = await get('/api/v1');
  t.like(list, { kind: 'APIResourceList', groupVersion: 'v1' });
  const byName = new Map((list['resources'] as Rows).map((row) => [row['name'], row]));
  t.deepEqual(byName.get('configmaps'), {
    name: 'configmaps',
    singularName: 'configmap',
    namespaced: true,
    kind: 'ConfigMap',
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    shortNames: ['cm'],
  });
  t.deepEqual(byName.get('namespaces')?.['verbs'], ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']);
  t.deepEqual(byName.get('namespaces/status')?.['verbs'], ['get', 'patch', 'update']);
  const ours = (await get('/apis/tsmoby.dev/v1alpha1'))['resources'] as Rows;
  t.like(
    ours.find(({ name }) => name === 'containers'),
    { shortNames: ['ctr'], categories: ['all', 'tsmoby'], kind: 'Container' },
  );
});

async function withoutTypes(document: Promise<JsonObject>): Promise<JsonObject> {
  const { kind: _kind, apiVersion: _version, ...rest } = await document;
  return rest;
}

test('aggregated discovery says the same in two answers, with its exact content type', async (t) => {
  await using server = await RawServer.open();
  const accept =
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';
  const core = await server.request('GET', '/api?timeout=32s', { headers: { accept } });
  t.is(core.headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const [group] = core.json['items'] as Rows;
  t.deepEqual(group?.['metadata'], {});
  const { json } = await server.request('GET', '/apis?timeout=32s', { headers: { accept } });
  for (const { metadata, versions } of json['items'] as readonly { metadata: { name: string }; versions: Rows }[]) {
    for (const { version, freshness, resources } of versions) {
      t.is(freshness, 'Current');
      const legacy = (await server.request('GET', `/apis/${metadata.name}/${version as string}`)).json[
        'resources'
      ] as Rows;
      t.deepEqual(
        (resources as Rows).map(({ resource, verbs }) => [resource, verbs]),
        legacy.filter(({ name }) => !(name as string).includes('/')).map(({ name, verbs }) => [name, verbs]),
      );
    }
  }
});

test('a resource that is added or removed is in discovery, routes and OpenAPI in the same instant', async (t) => {
  await using server = await RawServer.open();
  const { registry } = server.server;
  const widgets = registry.find('test.tsmoby.dev', 'v1', 'widgets');
  if (widgets === undefined) throw new Error('widgets must be served');
  const paths = async (): Promise<JsonObject> =>
    (await server.request('GET', '/openapi/v3')).json['paths'] as JsonObject;
  const before = await paths();
  t.truthy(before['apis/test.tsmoby.dev/v1']);
  registry.remove(widgets.definition);
  t.is((await server.request('GET', '/apis/test.tsmoby.dev/v1/widgets')).status, 404);
  t.is((await server.request('GET', '/apis/test.tsmoby.dev/v1')).status, 404);
  t.is((await paths())['apis/test.tsmoby.dev/v1'], undefined);
  registry.add({
    ...widgets,
    definition: { ...widgets.definition, schema: { ...widgets.definition.schema, description: 'Another.' } },
  });
  t.is((await server.request('GET', '/apis/test.tsmoby.dev/v1/widgets')).status, 200);
  t.notDeepEqual(
    (await paths())['apis/test.tsmoby.dev/v1'],
    before['apis/test.tsmoby.dev/v1'],
    'a changed schema has another hash',
  );
});

test('OpenAPI documents are found by their hash, and a wrong hash leads to the right one', async (t) => {
  await using server = await RawServer.open();
  const paths = (await server.request('GET', '/openapi/v3')).json['paths'] as Record<
    string,
    { readonly serverRelativeURL: string }
  >;
  const url = paths['apis/tsmoby.dev/v1alpha1']?.serverRelativeURL ?? '';
  const document = await server.request('GET', url);
  t.is(document.headers['cache-control'], 'public, immutable');
  const operations = document.json['paths'] as Record<
    string,
    { readonly patch?: { readonly parameters: readonly { readonly name: string }[] } }
  >;
  const patch = operations['/apis/tsmoby.dev/v1alpha1/namespaces/{namespace}/containers/{name}']?.patch;
  t.true(
    patch?.parameters.some(({ name }) => name === 'fieldValidation'),
    'kubectl looks for this before every write',
  );
  const moved = await server.request('GET', '/openapi/v3/apis/tsmoby.dev/v1alpha1?hash=OLD');
  t.deepEqual([moved.status, moved.headers.location], [301, url]);
  t.is((await server.request('GET', '/openapi/v2')).json['swagger'], '2.0');
});

test('the root lists the paths that there are', async (t) => {
  await using server = await RawServer.open();
  const { paths } = (await server.request('GET', '/')).json;
  const list = paths as readonly string[];
  t.deepEqual(
    list,
    list.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  for (const path of ['/api', '/api/v1', '/apis/tsmoby.dev/v1alpha1', '/openapi/v3', '/readyz/ping', '/version']) {
    t.true(list.includes(path), path);
    t.is((await server.request('GET', path)).status, 200, path);
  }
});
