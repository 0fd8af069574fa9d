import test from 'ava';
import { at, CONFIG_MAP, configMap, SyncWorld } from '../../support/sync-world.ts';

const COUNT = 1000;

test('a thousand objects: each is written once, and while nothing changes there is no call at all', async (t) => {
  await using world = await SyncWorld.open();
  for (let file = 0; file < COUNT; file += 1) {
    await world.sources.files.write(`/srv/app/f${file}.json`, JSON.stringify(configMap(`c${file}`, { a: '1' })));
  }
  await world.apply('app');
  await world.applied('app');
  const applies = world.client.writes.filter((write) => write.startsWith('apply'));
  t.is(applies.length, COUNT);
  const sync = await world.get('app');
  t.like(sync.status, { objects: COUNT, files: COUNT });
  // The inventory is the label: the Sync itself stays small.
  t.true(JSON.stringify({ ...sync, metadata: { ...sync.metadata, managedFields: [] } }).length < 4000);
  t.deepEqual(await world.costOfNothing('app'), []);
  await world.write('/srv/app', 'f7.json', configMap('c7', { a: '2' }));
  world.client.writes.length = 0;
  await world.until('it is applied', 'app', ({ status }) => status?.history?.length === 2);
  t.deepEqual(
    world.client.writes.filter((write) => write.startsWith('apply')),
    ['apply ConfigMap default/c7'],
  );
  await world.user.patch(at(CONFIG_MAP, 'c500'), { data: { a: 'x' } }, { type: 'merge' });
  await world.eventually('it is set back', async () => (await world.configMap('c500'))?.data?.['a'] === '1');
});
