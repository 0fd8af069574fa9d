import test from 'ava';
import { ApiError, isReason } from '../../../client/client.ts';
import type { HttpClient } from '../../../client/http.ts';
import {
  assertWell,
  CONFIG_MAP,
  configMap,
  configMapRef,
  losers,
  shareRig,
  together,
  winners,
  type ConfigMap,
} from './harness.ts';

const sharedRig = shareRig(test);

const CREATORS = 50;
const PATCHES = 30;

test('of fifty creators of one name exactly one wins, and the others hear AlreadyExists', async (t) => {
  const rig = sharedRig();
  for (const round of [1, 2, 3]) {
    const name = `same-${String(round)}`;
    const outcomes = await together(CREATORS, (index) =>
      rig.clientOf(index).create<ConfigMap>(configMap(name, { by: String(index) })),
    );
    const [winner] = winners(outcomes);
    t.is(winners(outcomes).length, 1);
    t.true(losers(outcomes).every((error) => isReason(error, 'AlreadyExists')));
    t.deepEqual(await rig.clients[0].get<ConfigMap>(configMapRef(name)), winner);
  }
  await assertWell(t, rig);
});

test('fifty creators with generateName make fifty objects, each with a version of its own', async (t) => {
  const rig = sharedRig();
  const metadata = { name: '', generateName: 'made-', namespace: 'default', labels: { made: '' } };
  const outcomes = await together(CREATORS, (index) =>
    rig.clientOf(index).create<ConfigMap>({ ...CONFIG_MAP, metadata, data: { by: String(index) } }),
  );
  t.deepEqual(losers(outcomes), []);
  const made = winners(outcomes);
  for (const field of ['name', 'uid', 'resourceVersion'] as const)
    t.is(new Set(made.map(({ metadata: all }) => all[field])).size, CREATORS, field);
  t.true(made.every(({ metadata: { name } }) => /^made-[a-z0-9]{5}$/.test(name)));
  const { items } = await rig.clients[1].list<ConfigMap>(CONFIG_MAP, { namespace: 'default', labelSelector: 'made' });
  const uids = (objects: readonly ConfigMap[]): readonly string[] => objects.map(({ metadata: all }) => all.uid).sort();
  t.deepEqual(uids(items), uids(made));
});

type Patcher = (client: HttpClient, name: string, index: number) => Promise<unknown>;

const PATCHERS: Readonly<Record<string, Patcher>> = {
  merge: (client, name, index) =>
    client.patch(configMapRef(name), { data: { [`k${String(index)}`]: 'x' } }, { type: 'merge' }),
  strategic: (client, name, index) =>
    client.patch(configMapRef(name), { data: { [`k${String(index)}`]: 'x' } }, { type: 'strategic' }),
  json: (client, name, index) =>
    client.patch(configMapRef(name), [{ op: 'add', path: `/data/k${String(index)}`, value: 'x' }], { type: 'json' }),
  apply: (client, name, index) =>
    client.apply(configMap(name, { [`k${String(index)}`]: 'x' }), { fieldManager: `m${String(index)}` }),
};

for (const [type, patcher] of Object.entries(PATCHERS)) {
  test(`thirty ${type} patches of distinct keys at once all land`, async (t) => {
    const rig = sharedRig();
    const name = `patched-${type}`;
    await rig.clients[0].create(configMap(name, { first: 'x' }));
    t.deepEqual(losers(await together(PATCHES, (index) => patcher(rig.clientOf(index), name, index))), []);
    const { data = {} } = await rig.clients[0].get<ConfigMap>(configMapRef(name));
    const wanted = ['first', ...Array.from({ length: PATCHES }, (_, index) => `k${String(index)}`)];
    t.deepEqual(Object.keys(data).sort(), wanted.sort());
    await assertWell(t, rig);
  });
}

const WORKERS = 16;
const INCREMENTS = 50;

test('a counter that sixteen workers raise with optimistic retries ends exact', async (t) => {
  const rig = sharedRig();
  await rig.clients[0].create(configMap('counter', { count: '0' }));
  let conflicts = 0;
  const outcomes = await together(WORKERS, async (worker) => {
    const client = rig.clientOf(worker);
    for (let done = 0; done < INCREMENTS;) {
      const current = await client.get<ConfigMap>(configMapRef('counter'));
      const count = String(Number(current.data?.['count']) + 1);
      try {
        await client.update<ConfigMap>({ ...current, data: { count } });
        done += 1;
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'Conflict') throw error;
        conflicts += 1;
      }
    }
  });
  t.deepEqual(losers(outcomes), []);
  const { data } = await rig.clients[0].get<ConfigMap>(configMapRef('counter'));
  t.is(data?.['count'], String(WORKERS * INCREMENTS));
  t.log(`${String(conflicts)} conflicts`);
  t.true(conflicts > 0, 'the workers must have met');
  await assertWell(t, rig);
});
