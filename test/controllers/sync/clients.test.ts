import test from 'ava';
import { badNetwork, ENGINE_CLIENTS } from '../../support/engine-clients.ts';
import { at, CONFIG_MAP, configMap, SYNC, SyncWorld } from '../../support/sync-world.ts';

const CLIENTS = { ...ENGINE_CLIENTS, 'bad network': badNetwork(12) };

for (const [title, client] of Object.entries(CLIENTS)) {
  test(`files become objects, stay so, and go: ${title}`, async (t) => {
    await using world = await SyncWorld.open({ client });
    await world.user.create(configMap('mine', {}, { namespace: 'default' }));
    for (const name of ['one', 'two', 'three']) {
      await world.write('/srv/app', `${name}.yaml`, configMap(name, { a: '1' }));
    }
    await world.apply('app');
    await world.applied('app');
    await world.write('/srv/app', 'one.yaml', configMap('one', { a: '2' }));
    await world.sources.delete('/srv/app', 'two.yaml');
    await world.eventually('the change is there', async () => (await world.configMap('one'))?.data?.['a'] === '2');
    await world.eventually('two is gone', async () => (await world.configMap('two')) === undefined);
    await world.user.patch(at(CONFIG_MAP, 'three'), { data: { a: 'x' } }, { type: 'merge' });
    await world.eventually('it is set back', async () => (await world.configMap('three'))?.data?.['a'] === '1');
    await world.applied('app');
    t.deepEqual(await world.configMaps(), ['mine', 'one', 'three']);
    await world.delete('app');
    await world.eventually('the Sync is gone', async () => (await world.find(at(SYNC, 'app'))) === undefined);
    t.deepEqual(await world.configMaps(), ['mine']);
  });
}
