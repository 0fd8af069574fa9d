import type { ConfigMap, Secret } from '../../../schemas/gen/types.ts';
import { CONFIG_MAP, configMap, NAMESPACE, refTo, refused, SECRET, type ClientTest } from './harness.ts';

const names = (list: { readonly items: readonly { readonly metadata: { readonly name: string } }[] }): string[] =>
  list.items.map(({ metadata }) => metadata.name);

export const readTests: Readonly<Record<string, ClientTest>> = {
  'a created object comes back with identity, and frozen': async (t, { client }, namespace) => {
    const created = await client.create<ConfigMap>(configMap(namespace, 'a', { k: 'v' }));
    const read = await client.get<ConfigMap>(refTo(created));
    t.deepEqual(read, created);
    t.regex(created.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    t.regex(created.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    t.regex(created.metadata.resourceVersion, /^[1-9]\d*$/);
    t.is(created.metadata.generation, undefined, 'built-in kinds count no generations');
    t.true(Object.isFrozen(read) && Object.isFrozen(read.metadata) && Object.isFrozen(read.data));
  },

  'what is not there is NotFound, with name and plural': async (t, { client }, namespace) => {
    const status = await refused(t, client.get({ ...CONFIG_MAP, namespace, name: 'none' }), 404, 'NotFound');
    t.is(status.message, 'configmaps "none" not found');
    t.deepEqual(status.details, { name: 'none', kind: 'configmaps' });
  },

  'an empty name reaches nothing': async (t, { client }, namespace) => {
    await client.create(configMap(namespace, 'stays'));
    await refused(t, client.get({ ...CONFIG_MAP, namespace, name: '' }), 400, 'BadRequest');
    await refused(t, client.delete({ ...CONFIG_MAP, namespace, name: '' }), 400, 'BadRequest');
    t.deepEqual(names(await client.list(CONFIG_MAP, { namespace })), ['stays']);
  },

  'a list is ordered by name and carries a version that is at least its items’': async (t, { client }, namespace) => {
    for (const name of ['b', 'a-b', 'a']) await client.create(configMap(namespace, name));
    const list = await client.list<ConfigMap>(CONFIG_MAP, { namespace });
    t.deepEqual(names(list), ['a', 'a-b', 'b']);
    t.is(list.kind, 'ConfigMapList');
    const newest = Math.max(...list.items.map(({ metadata }) => Number(metadata.resourceVersion)));
    t.true(Number(list.metadata.resourceVersion) >= newest);
  },

  'a list of a namespace that is not there is empty': async (t, { client }) => {
    t.deepEqual(names(await client.list(CONFIG_MAP, { namespace: 'nowhere' })), []);
  },

  'label selectors pick by presence, equality and sets': async (t, { client }, namespace) => {
    await client.create(configMap(namespace, 'a', {}, { labels: { app: 'web', tier: 'front' } }));
    await client.create(configMap(namespace, 'b', {}, { labels: { app: 'db' } }));
    await client.create(configMap(namespace, 'c'));
    const rows: readonly (readonly [string, readonly string[]])[] = [
      ['app=web', ['a']],
      ['app!=web', ['b', 'c']],
      ['app in (web, db)', ['a', 'b']],
      ['app notin (db)', ['a', 'c']],
      ['tier', ['a']],
      ['!app', ['c']],
      ['app,!tier', ['b']],
    ];
    for (const [labelSelector, expected] of rows) {
      t.deepEqual(names(await client.list(CONFIG_MAP, { namespace, labelSelector })), expected, labelSelector);
    }
    await refused(t, client.list(CONFIG_MAP, { namespace, labelSelector: 'a=(' }), 400, 'BadRequest');
  },

  'field selectors pick by name and by what the kind offers, and refuse the rest': async (t, { client }, namespace) => {
    await client.create(configMap(namespace, 'a'));
    await client.create(configMap(namespace, 'b'));
    t.deepEqual(names(await client.list(CONFIG_MAP, { namespace, fieldSelector: 'metadata.name=b' })), ['b']);
    t.deepEqual(names(await client.list(CONFIG_MAP, { namespace, fieldSelector: 'metadata.name!=b' })), ['a']);
    for (const type of ['x/one', 'x/two']) {
      await client.create<Secret>({ ...SECRET, metadata: { namespace, name: type.slice(2) }, type });
    }
    t.deepEqual(names(await client.list(SECRET, { namespace, fieldSelector: 'type=x/two' })), ['two']);
    const status = await refused(t, client.list(CONFIG_MAP, { fieldSelector: 'data.a=b' }), 400, 'BadRequest');
    t.regex(status.message ?? '', /"data\.a" is not a known field selector/);
  },

  'pages show the snapshot of the first one, also over a restart': async (t, world, namespace) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await world.client.create(configMap(namespace, name));
    const first = await world.client.list<ConfigMap>(CONFIG_MAP, { namespace, limit: 2 });
    t.deepEqual(names(first), ['a', 'b']);
    t.is(first.metadata.remainingItemCount, 3);
    await world.client.create(configMap(namespace, 'aa'));
    await world.client.create(configMap(namespace, 'ca'));
    await world.client.delete({ ...CONFIG_MAP, namespace, name: 'd' });
    await world.restart();
    const second = await world.client.list<ConfigMap>(CONFIG_MAP, {
      namespace,
      limit: 2,
      continue: first.metadata.continue ?? '',
    });
    const third = await world.client.list<ConfigMap>(CONFIG_MAP, {
      namespace,
      limit: 2,
      continue: second.metadata.continue ?? '',
    });
    t.deepEqual([...names(second), ...names(third)], ['c', 'd', 'e']);
    t.is(second.metadata.resourceVersion, first.metadata.resourceVersion);
    t.is(third.metadata.continue, undefined);
    await refused(t, world.client.list(CONFIG_MAP, { namespace, continue: 'nonsense' }), 400, 'BadRequest');
  },

  'a list at an exact version shows that version; one ahead of the server times out': async (
    t,
    { client },
    namespace,
  ) => {
    const a = await client.create<ConfigMap>(configMap(namespace, 'a', { v: '1' }));
    await client.update<ConfigMap>({ ...a, data: { v: '2' } });
    const at = { resourceVersion: a.metadata.resourceVersion, resourceVersionMatch: 'Exact' } as const;
    const then = await client.list<ConfigMap>(CONFIG_MAP, { namespace, ...at });
    t.deepEqual(
      then.items.map(({ data }) => data),
      [{ v: '1' }],
    );
    t.is(then.metadata.resourceVersion, a.metadata.resourceVersion);
    await refused(t, client.list(CONFIG_MAP, { resourceVersion: '9999999999' }), 504, 'Timeout');
    await refused(t, client.list(CONFIG_MAP, { resourceVersion: 'x' }), 400, 'BadRequest');
    await refused(t, client.list(CONFIG_MAP, { resourceVersionMatch: 'Exact' }), 422, 'Invalid');
  },

  'default, kube-system and kube-public are there from the start': async (t, { client }) => {
    const all = names(await client.list(NAMESPACE));
    for (const name of ['default', 'kube-system', 'kube-public']) t.true(all.includes(name), name);
  },

  'a kind that nobody serves is NotFound': async (t, { client }, namespace) => {
    await refused(t, client.get({ apiVersion: 'nope/v1', kind: 'Nope', namespace, name: 'a' }), 404, 'NotFound');
  },

  'a call whose signal is aborted rejects with its reason': async (t, { client }, namespace) => {
    const signal = AbortSignal.abort(new Error('enough'));
    await t.throwsAsync(client.get({ ...CONFIG_MAP, namespace, name: 'a' }, { signal }), { message: 'enough' });
  },
};
