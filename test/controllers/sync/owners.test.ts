import test from 'ava';
import type { Sync } from '../../../schemas/gen/types.ts';
import { conditionOf, configMap, SyncWorld } from '../../support/sync-world.ts';

const PART_OF = 'applyset.kubernetes.io/part-of';

const setOf = ({ metadata }: Sync): string | undefined => metadata.labels?.['applyset.kubernetes.io/id'];

const moved = configMap('moved', { a: '1' });

/** Syncs `one` and `two`; `moved` is in a file of the first. */
async function openTwo(): Promise<SyncWorld> {
  const world = await SyncWorld.open();
  await world.write('/srv/one', 'a.yaml', moved);
  await world.write('/srv/one', 'b.yaml', configMap('one'));
  await world.write('/srv/two', 'c.yaml', configMap('two'));
  await world.apply('one');
  await world.apply('two');
  await world.applied('one');
  await world.applied('two');
  return world;
}

test('an object that moves to another file stays the same one, and is not written', async (t) => {
  await using world = await openTwo();
  const before = await world.configMap('moved');
  await world.write('/srv/one', 'z.yaml', moved);
  await world.because('one', 'FilesInvalid');
  await world.sources.delete('/srv/one', 'a.yaml');
  await world.applied('one');
  const after = await world.configMap('moved');
  t.is(after?.metadata.uid, before?.metadata.uid);
  t.is(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
});

for (const first of ['the old file goes first', 'the new file comes first']) {
  test(`an object changes hands between Syncs and is never deleted: ${first}`, async (t) => {
    await using world = await openTwo();
    const before = await world.configMap('moved');
    const two = await world.get('two');
    const steps = [
      () => world.sources.delete('/srv/one', 'a.yaml'),
      () => world.write('/srv/two', 'a.yaml', configMap('moved', { b: '2' })),
    ];
    for (const step of first.startsWith('the new') ? steps.toReversed() : steps) await step();
    const after = await world.eventually('the other one has it', async () => {
      const object = await world.configMap('moved');
      return object?.metadata.labels?.[PART_OF] === setOf(two) ? object : undefined;
    });
    t.is(after.metadata.uid, before?.metadata.uid ?? '');
    await world.eventually('what the former one said is gone', async () => {
      const { data, metadata } = (await world.configMap('moved')) ?? {};
      return data?.['a'] === undefined && data?.['b'] === '2' && metadata?.managedFields?.length === 1;
    });
    await world.applied('one');
    await world.applied('two');
    t.deepEqual(await world.costOfNothing('one'), []);
    t.deepEqual(await world.costOfNothing('two'), []);
  });
}

test('two Syncs that both have an object: the first one keeps it, the other one says so, and gets it when it is let go', async (t) => {
  await using world = await openTwo();
  await world.write('/srv/two', 'a.yaml', configMap('moved', { b: '2' }));
  const two = await world.until('it says so', 'two', (sync) => conditionOf(sync, 'ObjectsElsewhere') !== undefined);
  t.true(conditionOf(two, 'ObjectsElsewhere')?.message.includes('ConfigMap default/moved'));
  t.deepEqual((await world.configMap('moved'))?.data, { a: '1' });
  const before = await world.configMap('moved');
  await world.sources.delete('/srv/one', 'a.yaml');
  await world.until('it has it', 'two', (sync) => conditionOf(sync, 'ObjectsElsewhere') === undefined);
  t.is((await world.configMap('moved'))?.metadata.uid, before?.metadata.uid);
  t.deepEqual((await world.configMap('moved'))?.data, { b: '2' });
});

test('a Sync that is deleted leaves what another one has in its files', async (t) => {
  await using world = await openTwo();
  const before = await world.configMap('moved');
  await world.write('/srv/two', 'a.yaml', moved);
  await world.until('it says so', 'two', (sync) => conditionOf(sync, 'ObjectsElsewhere') !== undefined);
  await world.delete('one');
  await world.until('it has it', 'two', (sync) => conditionOf(sync, 'ObjectsElsewhere') === undefined);
  t.deepEqual(await world.configMaps(), ['moved', 'two']);
  t.is((await world.configMap('moved'))?.metadata.uid, before?.metadata.uid);
});

test('objects of people are taken over, with what they set in fields that the files do not name', async (t) => {
  await using world = await SyncWorld.open();
  await world.user.create({ ...configMap('mine', { own: 'x' }, { namespace: 'default' }) });
  await world.write('/srv/one', 'a.yaml', configMap('mine', { a: '1' }));
  await world.apply('one');
  await world.applied('one');
  t.deepEqual((await world.configMap('mine'))?.data, { own: 'x', a: '1' });
});

test('objects move between two branches of one repository and are never deleted', async (t) => {
  await using world = await SyncWorld.open();
  const url = '/srv/repository';
  const text = (...objects: readonly unknown[]): string =>
    objects.map((object) => JSON.stringify(object)).join('\n---\n');
  world.sources.commit(url, { 'one/a.yaml': text(moved, configMap('one')), 'two/b.yaml': text(configMap('two')) });
  for (const name of ['one', 'two']) await world.apply(name, { source: { git: { url } }, path: name });
  const first = await world.applied('one');
  await world.applied('two');
  t.regex(first.status?.lastAppliedRevision ?? '', /^main@/);
  const before = await world.configMap('moved');
  world.sources.commit(url, { 'one/a.yaml': text(configMap('one')), 'two/b.yaml': text(configMap('two'), moved) });
  const two = await world.get('two');
  await world.eventually(
    'it changed hands',
    async () => (await world.configMap('moved'))?.metadata.labels?.[PART_OF] === setOf(two),
  );
  t.is((await world.configMap('moved'))?.metadata.uid, before?.metadata.uid);
  await world.applied('one');
  await world.applied('two');
});

test('a Sync that cannot read its files keeps what it has', async (t) => {
  await using world = await openTwo();
  const one = await world.get('one');
  await world.sources.delete('/srv/one');
  await world.write('/srv/two', 'a.yaml', configMap('moved', { b: '2' }));
  const two = await world.until('it says so', 'two', (sync) => conditionOf(sync, 'ObjectsElsewhere') !== undefined);
  t.true(conditionOf(two, 'ObjectsElsewhere')?.message.includes('ConfigMap default/moved'));
  await world.write('/srv/one', 'b.yaml', 'kind: [');
  await world.because('one', 'FilesInvalid');
  await world.quiet();
  t.is((await world.configMap('moved'))?.metadata.labels?.[PART_OF], setOf(one));
  await world.write('/srv/one', 'b.yaml', configMap('one'));
  await world.until('it has it', 'two', (sync) => conditionOf(sync, 'ObjectsElsewhere') === undefined);
  t.deepEqual((await world.configMap('moved'))?.data, { b: '2' });
});
