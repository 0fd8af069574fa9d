import test from 'ava';
import { at, CONFIG_MAP, configMap, conditionsText, SyncWorld } from '../../support/sync-world.ts';

test('the objects of a directory are there, say whose they are, and then cost nothing', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1' }), configMap('two'));
  await world.write('/srv/app', 'more/b.json', configMap('three'));
  await world.apply('app');
  const sync = await world.applied('app');
  t.is(conditionsText(sync), 'Healthy=True ObjectsReady, Ready=True Applied, SourceReady=True SourceRead');
  t.deepEqual(await world.configMaps(), ['one', 'three', 'two']);
  t.like(sync.status, { objects: 3, files: 2, history: [{ outcome: 'Applied' }] });
  t.deepEqual(sync.metadata.labels, {
    'applyset.kubernetes.io/id': (await world.configMap('one'))?.metadata.labels?.['applyset.kubernetes.io/part-of'],
  });
  t.is(sync.metadata.annotations?.['applyset.kubernetes.io/contains-group-kinds'], 'ConfigMap');
  t.is(sync.metadata.annotations?.['applyset.kubernetes.io/tooling'], 'tsmoby/v1');
  t.is((await world.configMap('one'))?.metadata.managedFields?.[0]?.manager, 'sync/default/app');
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('an edited file changes its object alone; a deleted one takes it along', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1' }));
  await world.write('/srv/app', 'b.yaml', configMap('two'));
  await world.apply('app');
  await world.applied('app');
  await world.quiet();
  world.client.writes.length = 0;
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '2' }));
  await world.eventually('the change is there', async () => (await world.configMap('one'))?.data?.['a'] === '2');
  await world.applied('app');
  t.deepEqual(
    world.client.writes.filter((write) => write.includes('ConfigMap')),
    ['apply ConfigMap default/one'],
  );
  await world.sources.delete('/srv/app', 'b.yaml');
  await world.eventually('two is gone', async () => (await world.configMap('two')) === undefined);
  t.deepEqual(await world.configMaps(), ['one']);
  await world.until('three attempts were made', 'app', ({ status }) => status?.history?.length === 3);
});

test('a daemon that comes up sends each object once and writes nothing', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one'), configMap('two'));
  await world.apply('app');
  const before = await world.applied('app');
  const object = await world.configMap('one');
  await world.stop();
  await world.start();
  await world.quiet();
  await world.eventually(
    'both were sent',
    () => world.client.writes.filter((write) => write.startsWith('apply')).length === 2,
  );
  await world.quiet();
  t.is((await world.get('app')).metadata.resourceVersion, before.metadata.resourceVersion);
  t.is((await world.configMap('one'))?.metadata.resourceVersion, object?.metadata.resourceVersion);
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('what somebody changes or deletes is set back at once', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1' }));
  await world.apply('app');
  await world.applied('app');
  await world.user.patch(at(CONFIG_MAP, 'one'), { data: { a: 'changed', b: 'added' } }, { type: 'merge' });
  await world.eventually('it is set back', async () => (await world.configMap('one'))?.data?.['a'] === '1');
  // A field that the files do not name is nobody's business.
  t.is((await world.configMap('one'))?.data?.['b'], 'added');
  await world.user.delete(at(CONFIG_MAP, 'one'));
  await world.eventually('it is there again', async () => (await world.configMap('one')) !== undefined);
  await world.applied('app');
  const events = await world.eventually('both were told', async () => {
    const told = (await world.events('app')).filter((event) => event.includes('DriftCorrected'));
    return told.length === 2 ? told : undefined;
  });
  t.true(events.some((event) => event.includes('set back data.a')));
});

test('whoever fights over an object loses more and more slowly, and is told of', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1' }));
  await world.apply('app');
  await world.applied('app');
  let changes = 0;
  await world.until('it is told', 'app', async (sync) => {
    const patch = { data: { a: `fight ${(changes += 1)}` } };
    await world.user.patch(at(CONFIG_MAP, 'one'), patch, { type: 'merge' });
    return sync.status?.conditions?.some(({ message }) => message.includes('again and again'));
  });
  const applies = world.client.writes.filter((write) => write === 'apply ConfigMap default/one').length;
  t.true(applies <= 8, `${applies} applies`);
  await world.eventually(
    'it is set back all the same',
    async () => (await world.configMap('one'))?.data?.['a'] === '1',
  );
  await world.applied('app');
});
