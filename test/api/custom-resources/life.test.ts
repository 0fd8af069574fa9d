import test from 'ava';
import { once } from 'node:events';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { eventually } from '../../support/eventually.ts';
import { RawServer } from '../../support/raw-http.ts';
import {
  APPLY,
  change,
  conditionOf,
  crd,
  CRDS,
  definitionOf,
  establish,
  established,
  eventsOf,
  gone,
  MERGE,
  nameOf,
  object,
  pathOf,
  version,
} from './world.ts';

test('a definition becomes a kind: conditions, names, discovery, OpenAPI, objects', async (t) => {
  await using server = await RawServer.open();
  const cart = crd('Cart', [version({ more: { subresources: { status: {} } } })], {
    names: { shortNames: ['ct'], categories: ['all'] },
  });
  const made = await server.request('POST', CRDS, { body: cart });
  t.like(made.json, { status: { storedVersions: ['v1'] }, spec: { conversion: { strategy: 'None' } } });
  const { status } = await established(server, nameOf(cart));
  t.like(status?.acceptedNames, {
    plural: 'carts',
    singular: 'cart',
    kind: 'Cart',
    listKind: 'CartList',
    shortNames: ['ct'],
    categories: ['all'],
  });
  t.deepEqual(
    status?.conditions?.map(({ type, status: is, reason }) => [type, is, reason]),
    [
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ],
  );
  const rows = (await server.request('GET', '/apis/shop.example.com/v1')).json['resources'] as readonly JsonObject[];
  t.deepEqual(
    rows.map(({ name, kind, shortNames }) => [name, kind, shortNames]),
    [
      ['carts', 'Cart', ['ct']],
      ['carts/status', 'Cart', undefined],
    ],
  );
  t.regex((await server.request('GET', '/openapi/v3')).text, /apis\/shop\.example\.com\/v1/);
  const { json } = await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: {} }) });
  t.like(json, { kind: 'Cart', metadata: { generation: 1, namespace: 'default' } });
});

test('whoever sees Established can create at once: many kinds at the same time', async (t) => {
  await using server = await RawServer.open();
  const kinds = Array.from({ length: 30 }, (_, index) => `Kind${index}`);
  const answers = await Promise.all(
    kinds.map(async (kind) => {
      const { metadata } = (await server.request('GET', CRDS)).json as unknown as KubeObject;
      const name = nameOf(crd(kind));
      const query = `watch=true&resourceVersion=${metadata.resourceVersion}&fieldSelector=metadata.name%3D${name}`;
      const socket = await server.connect();
      socket.write(`GET ${CRDS}?${query} HTTP/1.1\r\nhost: x\r\n\r\n`);
      await once(socket, 'data');
      const seen = new Promise<void>((resolve) =>
        socket.on('data', (bytes: Buffer) => {
          if (/"reason":"InitialNamesAccepted"/.test(bytes.toString())) resolve();
        }),
      );
      await server.request('POST', CRDS, { body: crd(kind) });
      await seen;
      socket.destroy();
      return (await server.request('POST', pathOf(kind), { body: object(kind, 'a') })).status;
    }),
  );
  t.deepEqual(new Set(answers), new Set([201]));
});

test('an update of the definition counts for the next request: rules, columns, versions', async (t) => {
  await using server = await RawServer.open();
  const cart = crd('Cart', [version({ spec: { size: { type: 'integer' } } })]);
  await establish(server, cart);
  const hash = (await server.request('GET', '/openapi/v3')).text;
  const stricter = version({
    spec: { size: { type: 'integer', maximum: 5 } },
    more: { additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }] },
  });
  t.is((await change(server, cart, { spec: { versions: [stricter] } })).status, 200);
  const refused = await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: { size: 9 } }) });
  t.is(refused.status, 422);
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: { size: 3 } }) });
  const table = await server.request('GET', pathOf('Cart'), {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  const { rows } = table.json as unknown as { readonly rows: readonly { readonly cells: readonly unknown[] }[] };
  t.deepEqual(rows[0]?.cells, ['a', 3]);
  t.not((await server.request('GET', '/openapi/v3')).text, hash, 'clients keep documents by their hash');
  const hidden = { ...stricter, served: false };
  await change(server, cart, { spec: { versions: [hidden, version({ name: 'v2', storage: false })] } });
  t.is((await server.request('GET', pathOf('Cart'))).status, 404);
  t.is((await server.request('GET', `${pathOf('Cart', 'v2')}/a`)).status, 200);
});

test('a definition that goes takes its objects along, honours their finalizers, and leaves nothing behind', async (t) => {
  await using server = await RawServer.open();
  const cart = crd('Cart');
  await establish(server, cart);
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'free') });
  const held = { ...object('Cart', 'held'), metadata: { name: 'held', finalizers: ['shop.example.com/hold'] } };
  await server.request('POST', pathOf('Cart'), { body: held });
  const watch = server.request('GET', `${pathOf('Cart')}?watch=true`);
  const asked = await server.request('DELETE', `${CRDS}/${nameOf(cart)}?propagationPolicy=Orphan`);
  t.like(asked.json, { metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] } });
  await gone(server, `${pathOf('Cart')}/free`);
  const refused = await server.request('POST', pathOf('Cart'), { body: object('Cart', 'late') });
  t.is(refused.status, 403);
  t.regex(refused.text, /create not allowed while custom resource definition is terminating/);
  const applied = await server.request('PATCH', `${pathOf('Cart')}/late?fieldManager=x`, {
    headers: APPLY,
    body: object('Cart', 'late'),
  });
  t.is(applied.status, 403);
  const { resources } = (await server.request('GET', '/apis/shop.example.com/v1')).json;
  t.deepEqual((resources as readonly JsonObject[])[0]?.['verbs'], [
    'delete',
    'deletecollection',
    'get',
    'list',
    'watch',
  ]);
  t.like(conditionOf(await definitionOf(server, nameOf(cart)), 'Terminating'), {
    status: 'True',
    reason: 'InstanceDeletionInProgress',
  });
  await server.request('PATCH', `${pathOf('Cart')}/held`, { headers: MERGE, body: { metadata: { finalizers: null } } });
  await gone(server, `${CRDS}/${nameOf(cart)}`);
  t.is((await server.request('GET', pathOf('Cart'))).status, 404);
  t.is((await server.request('GET', '/apis/shop.example.com')).status, 404);
  t.notRegex((await server.request('GET', '/openapi/v3')).text, /shop\.example/);
  const events = eventsOf(await watch);
  t.is(events.at(-1)?.type, 'DELETED', 'the watch ends cleanly behind the last event');
  await establish(server, cart);
  t.deepEqual((await server.request('GET', pathOf('Cart'))).json['items'], []);
});

test('names of a group belong to one kind; who waits gets them when they are free', async (t) => {
  await using server = await RawServer.open();
  const first = crd('Cart', [version()], { names: { shortNames: ['ct'] } });
  await establish(server, first);
  const second = crd('Crate', [version()], { names: { shortNames: ['ct'], kind: 'Cart' } });
  await server.request('POST', CRDS, { body: second });
  const waiting = await eventually('it is told', async () => {
    const definition = await definitionOf(server, nameOf(second));
    return conditionOf(definition, 'NamesAccepted') === undefined ? undefined : definition;
  });
  t.like(conditionOf(waiting, 'NamesAccepted'), { status: 'False', reason: 'ListKindConflict' });
  t.like(conditionOf(waiting, 'Established'), { status: 'False', reason: 'NotAccepted' });
  t.is((await server.request('GET', pathOf('Crate'))).status, 404);
  await server.request('DELETE', `${CRDS}/${nameOf(first)}`);
  await established(server, nameOf(second));
  t.is((await server.request('GET', pathOf('Crate'))).status, 200);
});

test('a conflict with a kind that the server brings along is never resolved, and takes nothing away', async (t) => {
  await using server = await RawServer.open();
  const mine: JsonObject = {
    ...crd('Container'),
    metadata: { name: 'containers.tsmoby.dev' },
    spec: {
      group: 'tsmoby.dev',
      scope: 'Namespaced',
      names: { plural: 'containers', kind: 'Container' },
      versions: [version({ name: 'v1alpha1' })],
    },
  };
  t.is((await server.request('POST', CRDS, { body: mine })).status, 201);
  const told = await eventually('it is told', async () =>
    conditionOf(await definitionOf(server, 'containers.tsmoby.dev'), 'NamesAccepted'),
  );
  t.like(told, { status: 'False' });
  await server.request('POST', '/apis/tsmoby.dev/v1alpha1/namespaces/default/containers', {
    body: { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', metadata: { name: 'web' }, spec: { image: 'x' } },
  });
  await server.request('DELETE', `${CRDS}/containers.tsmoby.dev`);
  await gone(server, `${CRDS}/containers.tsmoby.dev`);
  const path = '/apis/tsmoby.dev/v1alpha1/namespaces/default/containers/web';
  t.is(
    (await server.request('GET', path)).status,
    200,
    'instances of a kind that was never established are not deleted',
  );
});

test('watches end when the definition changes, so that nobody watches by an old schema', async (t) => {
  await using server = await RawServer.open();
  const cart = crd('Cart', [version({ spec: { size: { type: 'integer' } } })]);
  await establish(server, cart);
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: {} }) });
  const before = server.request('GET', `${pathOf('Cart')}?watch=true&timeoutSeconds=20`);
  await eventually(
    'the watch is open',
    () => (server.server.kind('shop.example.com', 'carts')?.cache.watchers ?? 0) > 0,
  );
  await change(server, cart, { spec: { versions: [version({ spec: { size: { type: 'integer', default: 7 } } })] } });
  t.like(eventsOf(await before)[0]?.object, { spec: {} });
  const after = await server.request('GET', `${pathOf('Cart')}?watch=true&timeoutSeconds=1`);
  t.like(eventsOf(after)[0]?.object, { spec: { size: 7 } });
});

test('a status write of somebody else does not disturb what is served', async (t) => {
  await using server = await RawServer.open();
  const cart = crd('Cart');
  await establish(server, cart);
  const watch = server.request('GET', `${pathOf('Cart')}?watch=true&timeoutSeconds=1`);
  await eventually(
    'the watch is open',
    () => (server.server.kind('shop.example.com', 'carts')?.cache.watchers ?? 0) > 0,
  );
  await change(server, cart, { metadata: { labels: { a: 'b' } } });
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a') });
  t.deepEqual(
    eventsOf(await watch).map(({ type }) => type),
    ['ADDED'],
  );
});
