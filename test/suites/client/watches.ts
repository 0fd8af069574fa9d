import type { ConfigMap } from '../../../schemas/gen/types.ts';
import { CONFIG_MAP, configMap, refTo, refused, take, type ClientTest } from './harness.ts';

const brief = (events: readonly { readonly type: string; readonly name: string }[]): string[] =>
  events.map(({ type, name }) => `${type} ${name}`);

export const watchTests: Readonly<Record<string, ClientTest>> = {
  'a watch without a version begins with what is there, then tells changes in order': async (
    t,
    { client },
    namespace,
  ) => {
    const a = await client.create<ConfigMap>(configMap(namespace, 'a'));
    const watching = take(client, 4, CONFIG_MAP, { namespace });
    const b = await client.create<ConfigMap>(configMap(namespace, 'b'));
    const changed = await client.update<ConfigMap>({ ...b, data: { n: '1' } });
    await client.delete(refTo(a));
    const events = await watching;
    t.deepEqual(brief(events), ['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED a']);
    t.deepEqual(events[2]?.object, changed);
    const versions = events.map(({ version }) => Number(version));
    t.deepEqual(
      versions,
      versions.toSorted((x, y) => x - y),
      'a deletion has a version of its own',
    );
    t.true(new Set(versions).size === 4);
  },

  'a watch from a version tells every later change once, also over a restart': async (t, world, namespace) => {
    const a = await world.client.create<ConfigMap>(configMap(namespace, 'a'));
    for (let n = 1; n <= 5; n++) await world.client.patch(refTo(a), { data: { n: String(n) } }, { type: 'merge' });
    await world.restart();
    const events = await take(world.client, 5, CONFIG_MAP, { namespace, resourceVersion: a.metadata.resourceVersion });
    t.deepEqual(
      events.map(({ object }) => (object as ConfigMap).data?.['n']),
      ['1', '2', '3', '4', '5'],
    );
    t.true(events.every(({ type }) => type === 'MODIFIED'));
  },

  'entering a selection is ADDED, leaving it is DELETED': async (t, { client }, namespace) => {
    const { metadata } = await client.list(CONFIG_MAP, { namespace });
    const ref = refTo(await client.create<ConfigMap>(configMap(namespace, 'a')));
    const label = (app: string | null) => client.patch(ref, { metadata: { labels: { app } } }, { type: 'merge' });
    await label('web');
    await label('db');
    await label('web');
    await client.delete(ref);
    const events = await take(client, 4, CONFIG_MAP, {
      namespace,
      labelSelector: 'app=web',
      resourceVersion: metadata.resourceVersion,
    });
    t.deepEqual(brief(events), ['ADDED a', 'DELETED a', 'ADDED a', 'DELETED a']);
  },

  'a watch of one name begins with that object': async (t, { client }, namespace) => {
    for (const name of ['a', 'b']) await client.create<ConfigMap>(configMap(namespace, name));
    const options = { namespace, fieldSelector: 'metadata.name=b', resourceVersion: '0' };
    t.deepEqual(brief(await take(client, 1, CONFIG_MAP, options)), ['ADDED b']);
  },

  'a watch ends by itself after its timeout': async (t, { client }, namespace) => {
    const began = performance.now();
    t.deepEqual(await take(client, 1, CONFIG_MAP, { namespace, timeoutSeconds: 1 }), []);
    t.true(performance.now() - began > 900);
  },

  'a watch that is aborted ends quietly, before and after its first event': async (t, { client }, namespace) => {
    for await (const event of client.watch(CONFIG_MAP, { namespace, signal: AbortSignal.abort() })) t.fail(event.type);
    const stop = new AbortController();
    const ended = (async () => {
      for await (const event of client.watch(CONFIG_MAP, { namespace, signal: stop.signal })) t.fail(event.type);
    })();
    setTimeout(() => stop.abort(), 50);
    await ended;
    t.pass();
  },

  'forgotten history is Expired': async (t, world, namespace) => {
    const a = await world.client.create<ConfigMap>(configMap(namespace, 'a'));
    const page = await world.client.list(CONFIG_MAP, { limit: 1 });
    await world.client.update<ConfigMap>({ ...a, data: { n: '1' } });
    await world.store.compact(world.store.currentRevision());
    await world.restart();
    const old = { namespace, resourceVersion: a.metadata.resourceVersion };
    const status = await refused(t, take(world.client, 1, CONFIG_MAP, old), 410, 'Expired');
    t.regex(status.message ?? '', /^too old resource version/);
    await refused(t, world.client.list(CONFIG_MAP, { ...old, resourceVersionMatch: 'Exact' }), 410, 'Expired');
    const paging = await refused(
      t,
      world.client.list(CONFIG_MAP, { limit: 1, continue: page.metadata.continue ?? '' }),
      410,
      'Expired',
    );
    const token = paging.metadata.continue ?? '';
    await t.notThrowsAsync(world.client.list(CONFIG_MAP, { limit: 1, continue: token }), 'a fresh token goes on');
  },

  'many watchers see every event once and in the same order': async (t, { client }, namespace) => {
    const { metadata } = await client.list(CONFIG_MAP, { namespace });
    const from = { namespace, resourceVersion: metadata.resourceVersion };
    const watching = Array.from({ length: 20 }, () => take(client, 40, CONFIG_MAP, from));
    await Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; n < 10; n++)
          await client.create<ConfigMap>(configMap(namespace, `w${String(writer)}-${String(n)}`));
      }),
    );
    const [first, ...others] = (await Promise.all(watching)).map(brief);
    t.is(new Set(first).size, 40);
    for (const other of others) t.deepEqual(other, first);
  },
};
