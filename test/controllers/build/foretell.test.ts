import test from 'ava';
import type { Build, BuildSpec } from '../../../schemas/gen/types.ts';
import { BUILD_REQUEST_ANNOTATION } from '../../../schemas/values/build-annotations.ts';
import { BUILD, BuildWorld, CONFIG_MAP, ref } from '../../support/build-world.ts';
import { gone, planOf, planText, wouldBe } from '../../support/plans.ts';

const SCRATCH: BuildSpec = { dockerfile: { inline: 'FROM scratch\n' } };

const build = (spec: Partial<BuildSpec> = {}, name = 'app', annotations: Record<string, string> = {}) => ({
  ...BUILD,
  metadata: { name, namespace: 'default', annotations },
  spec: { ...SCRATCH, ...spec },
});

const text = async (world: BuildWorld, object: ReturnType<typeof build>): Promise<readonly string[]> =>
  planText(await planOf(world, await wouldBe(world, [object])));

async function open(spec: Partial<BuildSpec> = {}) {
  const world = await BuildWorld.open();
  await world.apply('app', { ...SCRATCH, ...spec });
  await world.built('app', 1);
  return world;
}

test('a Build that is not there is built; one that is current is left alone', async (t) => {
  await using world = await BuildWorld.open();
  t.deepEqual(await text(world, build({ reference: 'app:1' })), [
    'Changed Build app Build: built, because the first build',
    '  Build app:1: the first build',
  ]);
  await world.apply('app', SCRATCH);
  await world.built('app', 1);
  t.deepEqual(await text(world, build()), [
    'Changed Build app None: its result was made from everything that goes in now',
  ]);
});

test('what goes in is told by the field that changed', async (t) => {
  await using world = await open();
  t.deepEqual(await text(world, build({ target: 'small' })), [
    'Changed Build app Build: built, because spec.target changed',
    '  Build: spec.target changed',
  ]);
  t.deepEqual(await text(world, build({ dockerfile: { inline: 'FROM scratch\nLABEL a=b\n' } })), [
    'Changed Build app Build: built, because spec.dockerfile changed, and the files are looked at again',
    '  Build: spec.dockerfile changed, and the files are looked at again',
  ]);
  t.deepEqual(await text(world, build({ contextPolicy: { interval: '1h' } })), [
    'Changed Build app None: its result was made from everything that goes in now',
  ]);
});

test('a former result that was made from just this is used again', async (t) => {
  await using world = await open();
  await world.apply('app', { ...SCRATCH, target: 'small' });
  await world.built('app', 2);
  t.deepEqual(await text(world, build()), [
    'Changed Build app Update: nothing is built: build 1 was made from just this',
    '  Adopt build 1: build 1 was made from just this',
  ]);
});

test('a request builds it, a suspended one is not built, and one that is reverted uses what it has', async (t) => {
  await using world = await open();
  t.deepEqual(await text(world, build({}, 'app', { [BUILD_REQUEST_ANNOTATION]: 'now' })), [
    'Changed Build app Build: built, because it was asked for',
    '  Build: it was asked for',
  ]);
  t.deepEqual(await text(world, build({ suspend: true, target: 'small' })), [
    'Changed Build app None: suspended: nothing is built',
  ]);
  const [reverted] = await planOf(world, await wouldBe(world, [build({ revertTo: 7 })]));
  t.like(reverted, { action: 'Wait', message: 'waits: spec.revertTo: there is no result 7' });
});

test('a ConfigMap of an argument, and a Build that it is built from, build it again', async (t) => {
  await using world = await BuildWorld.open();
  await world.configMap('versions', { tool: '1' });
  const args = [{ name: 'TOOL', valueFrom: { configMapKeyRef: { name: 'versions', key: 'tool' } } }];
  await world.apply('base', SCRATCH);
  await world.built('base', 1);
  await world.apply('app', { ...SCRATCH, args, contexts: [{ name: 'base', build: { name: 'base' } }] });
  await world.built('app', 1);
  const versions = { ...CONFIG_MAP, metadata: { name: 'versions', namespace: 'default' }, data: { tool: '2' } };
  const [, ...byArgument] = planText(await planOf(world, await wouldBe(world, [versions])));
  t.deepEqual(byArgument, [
    'Affected Build app Build: built, because an argument changed',
    '  Build: an argument changed',
  ]);
  const [, app] = await planOf(world, await wouldBe(world, [build({ target: 'small' }, 'base')]));
  t.like(app, { because: 'Affected', action: 'Build', message: 'built, because Build base will have other content' });
});

test('without a builder it says who is waited for', async (t) => {
  await using world = await BuildWorld.open({ noBuilder: true });
  const [made] = await planOf(world, await wouldBe(world, [build()]));
  t.deepEqual(
    made?.steps.map(({ type, target }) => `${type} ${target}`),
    ['AwaitBuilder default', 'Build undefined'],
  );
});

test('a deletion takes the results along, and nothing was asked of builders or files meanwhile', async (t) => {
  await using world = await open();
  await world.quiet();
  world.runtime.controls.resetCounters();
  const [deleted] = await planOf(world, gone(ref(BUILD, 'app')));
  t.like(deleted, { action: 'Delete', because: 'Deleted' });
  await text(world, build({ target: 'small' }));
  t.deepEqual(
    [...world.runtime.controls.calls.keys()].filter((call) => !call.startsWith('images.')),
    [],
  );
  t.is((await world.user.get<Build>(ref(BUILD, 'app'))).status?.number, 1);
});
