import test from 'ava';
import { ReconcileError } from '../../../../controllers/engine/contract.ts';
import type { PreviewLine } from '../../../../controllers/sync/preview/preview.ts';
import { at, CONFIG_MAP, configMap, SyncWorld } from '../../../support/sync-world.ts';

const URL = 'https://git.example.com/team/infra.git';
const OTHER_URL = 'https://git.example.com/team/other.git';

async function preview(world: SyncWorld, name = 'app'): Promise<readonly PreviewLine[]> {
  const context = { client: world.api.plainClient('system:controller:sync'), signal: new AbortController().signal };
  return Array.fromAsync(await world.preview(await world.get(name), context));
}

/** `create ConfigMap a`, `note …`; the source is left out. */
const texts = (lines: readonly PreviewLine[]): readonly string[] =>
  lines.flatMap((line) => {
    if (line.type === 'source') return [];
    if (line.type !== 'object') return [`${line.type} ${line.message}`];
    const { live, merged } = line;
    const { kind, metadata } = merged ?? live ?? { kind: '', metadata: { name: '' } };
    return [`${merged === undefined ? 'delete' : live === undefined ? 'create' : 'update'} ${kind} ${metadata.name}`];
  });

const filesOf = (...objects: readonly object[]): Record<string, string> =>
  Object.fromEntries(objects.map((one, number) => [`${number}.yaml`, JSON.stringify(one)]));

test('a commit that was not fetched yet is told, and nothing is changed, fetched for the Sync, or left', async (t) => {
  await using world = await SyncWorld.open();
  world.sources.commit(URL, filesOf(configMap('a', { v: '1' }), configMap('b'), configMap('c')));
  await world.apply('app', { source: { git: { url: URL } }, interval: '0' });
  await world.applied('app');
  t.deepEqual(texts(await preview(world)), []);
  const commit = world.sources.commit(URL, filesOf(configMap('a', { v: '2' }), configMap('b'), configMap('d')));
  const before = await world.get('app');
  const lines = await preview(world);
  t.like(lines[0], { type: 'source', revision: `main@sha1:${commit}`, objects: 3 });
  t.deepEqual(texts(lines), ['update ConfigMap a', 'create ConfigMap d', 'delete ConfigMap c']);
  const [, changed] = lines;
  t.true(changed?.type === 'object');
  t.like(changed, { live: { data: { v: '1' } }, merged: { data: { v: '2' } } });
  await world.quiet();
  t.deepEqual(await world.get('app'), before);
  t.deepEqual(await world.configMaps(), ['a', 'b', 'c']);
  t.deepEqual(await world.sources.list(), [before.metadata.uid]);
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('what a suspended Sync would set back, make, refuse and hold back is told', async (t) => {
  await using world = await SyncWorld.open();
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) await world.write('/srv/app', `${name}.yaml`, configMap(name, { v: '1' }));
  await world.apply('app');
  await world.applied('app');
  await world.apply('app', { suspend: true });
  await world.until(
    'it is suspended',
    'app',
    ({ status, metadata }) => status?.observedGeneration === metadata.generation,
  );
  await world.user.patch(at(CONFIG_MAP, 'a'), { data: { v: 'by hand' } }, { type: 'merge' });
  await world.eventually('it is seen', async () => texts(await preview(world)).includes('update ConfigMap a'));
  for (const name of names.slice(1)) await world.sources.delete('/srv/app', `${name}.yaml`);
  const [update, held] = texts(await preview(world));
  t.is(update, 'update ConfigMap a');
  t.regex(held ?? '', /^note 4 objects would be deleted at once, and held back: .*tsmoby sync approve app$/);
  const wrong = { ...configMap('wrong'), metadata: { name: 'wrong', namespace: 'nowhere' } };
  await world.write('/srv/app', 'wrong.yaml', wrong);
  t.regex(texts(await preview(world))[1] ?? '', /^problem wrong\.yaml:1:\d+: ConfigMap nowhere\/wrong: .*not found/);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nowhere' } };
  await world.write('/srv/app', 'wrong.yaml', namespace, wrong);
  t.true(texts(await preview(world)).includes('create ConfigMap wrong'));
  t.is((await world.configMap('a'))?.data?.['v'], 'by hand');
});

test('what drift.mode Warn leaves as it is, and what another Sync has, is a note', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('a', { v: '1' }));
  await world.write('/srv/other', 'b.yaml', configMap('b'));
  await world.apply('app', { drift: { mode: 'Warn' } });
  await world.apply('other');
  await world.applied('app');
  await world.applied('other');
  await world.user.patch(at(CONFIG_MAP, 'a'), { data: { v: '2' } }, { type: 'merge' });
  await world.write('/srv/app', 'b.yaml', configMap('b'));
  const notes = await world.eventually('both are told', async () => {
    const told = texts(await preview(world));
    return told.length === 2 ? told : undefined;
  });
  t.regex(notes[0] ?? '', /^note ConfigMap default\/a differs, and would be left so/);
  t.regex(notes[1] ?? '', /^note ConfigMap default\/b belongs to another Sync/);
});

test('of another Sync with something newer, what it last fetched counts: nothing of it is asked, fetched, woken or applied', async (t) => {
  await using world = await SyncWorld.open();
  world.sources.commit(OTHER_URL, filesOf(configMap('shared')));
  await world.apply('other', { source: { git: { url: OTHER_URL } }, interval: '0' });
  await world.applied('other');
  world.sources.commit(URL, filesOf(configMap('a'), configMap('b')));
  await world.apply('app', { source: { git: { url: URL } }, interval: '0' });
  await world.applied('app');
  world.sources.commit(OTHER_URL, filesOf(configMap('new')));
  world.sources.commit(URL, filesOf(configMap('a'), configMap('shared')));
  await world.quiet();
  const before = await world.get('other');
  world.runtime.controls.resetCounters();
  t.deepEqual(texts(await preview(world)), [
    'note ConfigMap default/shared belongs to another Sync, which has it in its files, too',
    'delete ConfigMap b',
  ]);
  const calls = [...world.runtime.controls.calls].filter(([call]) => call.startsWith('sources.'));
  t.deepEqual(calls, [
    ['sources.fetch', 1],
    ['sources.remove', 1],
  ]);
  await world.quiet();
  t.deepEqual(await world.get('other'), before);
  t.deepEqual(await world.configMaps(), ['a', 'b', 'shared']);
  t.deepEqual(await world.costOfNothing('other'), []);
});

test('that dependsOn would hold it back is a note, and what it would do all the same is told', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('a'));
  await world.apply('app', { dependsOn: [{ name: 'base' }] });
  await world.because('app', 'DependencyNotReady');
  t.deepEqual(texts(await preview(world)), [
    'note nothing of it would be applied now: Sync default/base is not there',
    'create ConfigMap a',
  ]);
  await world.write('/srv/base', 'b.yaml', configMap('b'));
  await world.apply('base');
  await world.applied('app');
  t.deepEqual(texts(await preview(world)), []);
});

test('with drift.mode Warn, other files are applied also by a daemon that remembers nothing', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('a', { v: '1' }));
  await world.apply('app', { drift: { mode: 'Warn' } });
  await world.applied('app');
  await world.apply('app', { drift: { mode: 'Warn' }, suspend: true });
  await world.until(
    'it is suspended',
    'app',
    ({ status, metadata }) => status?.observedGeneration === metadata.generation,
  );
  await world.stop();
  await world.start();
  await world.write('/srv/app', 'a.yaml', configMap('a', { v: '2' }));
  const told = await world.eventually('it is told', async () => preview(world).catch(() => undefined));
  t.deepEqual(texts(told), ['update ConfigMap a']);
});

test('what keeps a Sync from applying anything keeps it from foretelling that', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('a'));
  await world.apply('app');
  await world.applied('app');
  await world.apply('app', { source: { git: { url: 'https://gone.example.com/x/y' } } });
  const error = await t.throwsAsync(preview(world), { instanceOf: ReconcileError });
  t.regex(error.message, /^SourceNotFound: /);
});
