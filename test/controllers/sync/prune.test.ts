import test from 'ava';
import { at, CONFIG_MAP, conditionOf, configMap, SyncWorld } from '../../support/sync-world.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `c${at}`);

/** A Sync `app` with each object in a file of its own. */
async function openWith(count: number): Promise<SyncWorld> {
  const world = await SyncWorld.open();
  for (const name of names(count)) await world.write('/srv/app', `${name}.yaml`, configMap(name));
  await world.apply('app');
  await world.applied('app');
  return world;
}

test('the brake holds back what would go at once, says what that is, and an approval lets it go', async (t) => {
  await using world = await openWith(6);
  for (const name of ['c0', 'c1', 'c2', 'c3']) await world.sources.delete('/srv/app', `${name}.yaml`);
  await world.write('/srv/app', 'c4.yaml', configMap('c4', { a: 'changed' }));
  const sync = await world.until('the brake is on', 'app', (one) => one.status?.pendingPrune?.objects === 4);
  t.is(conditionOf(sync, 'Stalled')?.reason, 'TooManyDifferences');
  t.true(conditionOf(sync, 'PruneBlocked')?.message.includes('ConfigMap default/c0'));
  t.is((await world.configMaps()).length, 6);
  t.is((await world.configMap('c4'))?.data?.['a'], 'changed');
  await world.eventually('it is told', async () =>
    (await world.events('app')).some((event) => event.startsWith('Warning TooManyDifferences')),
  );
  t.deepEqual(await world.costOfNothing('app'), []);
  await world.annotate('app', { 'tsmoby.dev/approve-prune': 'sha256:another' });
  await world.quiet();
  t.is((await world.configMaps()).length, 6);
  await world.annotate('app', { 'tsmoby.dev/approve-prune': sync.status?.pendingPrune?.digest ?? '' });
  await world.eventually('they are gone', async () => (await world.configMaps()).length === 2);
  const after = await world.applied('app');
  t.is(after.status?.pendingPrune, undefined);
  t.is(conditionOf(after, 'PruneBlocked'), undefined);
  await world.until(
    'an approval counts once',
    'app',
    ({ metadata }) => metadata.annotations?.['tsmoby.dev/approve-prune'] === undefined,
  );
});

test('files that come back end the brake by themselves', async (t) => {
  await using world = await openWith(5);
  for (const name of names(5)) await world.sources.delete('/srv/app', `${name}.yaml`);
  await world.until('the brake is on', 'app', ({ status }) => status?.pendingPrune !== undefined);
  for (const name of names(5)) await world.write('/srv/app', `${name}.yaml`, configMap(name));
  await world.until('the brake is off', 'app', ({ status }) => status?.pendingPrune === undefined);
  await world.applied('app');
  t.is((await world.configMaps()).length, 5);
});

test('a directory that vanishes takes nothing along, and is followed again when it is back', async (t) => {
  await using world = await openWith(2);
  await world.sources.delete('/srv/app');
  const sync = await world.until('it is missed', 'app', (one) => conditionOf(one, 'SourceReady')?.status === 'False');
  t.is(conditionOf(sync, 'SourceReady')?.reason, 'SourceNotFound');
  await world.quiet();
  t.is((await world.configMaps()).length, 2);
  await world.write('/srv/app', 'c1.yaml', configMap('c1'));
  await world.eventually('c0 is gone', async () => (await world.configMap('c0')) === undefined);
  await world.applied('app');
});

test('nothing goes while a file cannot be read: what it holds may be in there', async (t) => {
  await using world = await openWith(2);
  await world.sources.delete('/srv/app', 'c0.yaml');
  await world.write('/srv/app', 'c1.yaml', 'kind: [');
  const sync = await world.because('app', 'FilesInvalid');
  t.regex(conditionOf(sync, 'Ready')?.message ?? '', /^c1\.yaml:1:\d+: /);
  t.deepEqual(await world.configMaps(), ['c0', 'c1']);
  await world.write('/srv/app', 'new.yaml', configMap('new'));
  await world.eventually('others are applied', async () => (await world.configMap('new')) !== undefined);
  await world.write('/srv/app', 'c1.yaml', configMap('c1'));
  await world.eventually('c0 is gone', async () => (await world.configMap('c0')) === undefined);
  await world.applied('app');
  t.deepEqual(await world.configMaps(), ['c1', 'new']);
});

test('an object that says so stays when its file does not have it any more, and belongs to nobody', async (t) => {
  await using world = await SyncWorld.open();
  const kept = configMap('kept', {}, { annotations: { 'tsmoby.dev/prune': 'disabled' } });
  await world.write('/srv/app', 'a.yaml', kept, configMap('other'));
  await world.apply('app');
  await world.applied('app');
  await world.write('/srv/app', 'a.yaml', configMap('other'));
  await world.eventually('it was let go', async () => {
    const object = await world.configMap('kept');
    return object !== undefined && object.metadata.labels?.['applyset.kubernetes.io/part-of'] === undefined;
  });
  await world.delete('app');
  await world.eventually('the other is gone', async () => (await world.configMap('other')) === undefined);
  t.deepEqual(await world.configMaps(), ['kept']);
});

test('prune: false leaves everything', async (t) => {
  await using world = await openWith(2);
  await world.apply('app', { prune: false });
  await world.sources.delete('/srv/app', 'c0.yaml');
  await world.until(
    'the new files are applied',
    'app',
    ({ status }) => status?.files === 1 && status.history?.length === 2,
  );
  t.deepEqual(await world.configMaps(), ['c0', 'c1']);
  await world.apply('app', { prune: true });
  await world.eventually('c0 is gone', async () => (await world.configMap('c0')) === undefined);
});

test('deleting a Sync takes its objects along, or leaves them without a label', async (t) => {
  await using world = await openWith(5);
  await world.user.create({ ...CONFIG_MAP, metadata: { name: 'mine', namespace: 'default' } });
  await world.delete('app');
  await world.eventually(
    'it is gone',
    async () => (await world.find(at({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' }, 'app'))) === undefined,
  );
  t.deepEqual(await world.configMaps(), ['mine']);
  await world.apply('app', { deletionPolicy: 'Orphan' });
  await world.applied('app');
  await world.delete('app');
  await world.eventually(
    'it is gone',
    async () => (await world.find(at({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' }, 'app'))) === undefined,
  );
  t.is((await world.configMaps()).length, 6);
  t.is((await world.configMap('c0'))?.metadata.labels?.['applyset.kubernetes.io/part-of'], undefined);
  t.deepEqual(world.sources.watched, []);
});
