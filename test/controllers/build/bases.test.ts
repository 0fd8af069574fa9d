import test from 'ava';
import { BUILD, BuildWorld, conditionOf, IMAGE, ref } from '../../support/build-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const BASE = 'docker.io/library/base:1';
const OCI = 'application/vnd.oci.image.manifest.v1+json';

/** What the registry has under a reference. */
const publish = (world: BuildWorld, text: string, reference = BASE): string =>
  world.runtime.registry.add(Buffer.from(text), OCI, reference).digest;

const from = (base: string) => ({ dockerfile: { inline: `FROM ${base}\n` } });

test('a base image that changes in its registry is a new build, of just that digest', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  const one = publish(world, 'one');
  await world.apply('app', { ...from('base:1'), basePolicy: { interval: '10m' } });
  const build = await world.built('app', 1);
  t.deepEqual(build.status?.bases, [{ reference: BASE, digest: one, source: 'Registry' }]);
  t.like(conditionOf(build, 'BasesCurrent'), { status: 'True', reason: 'BasesChecked' });
  t.deepEqual(world.builders.last.request.namedContexts, {
    'base:1': { type: 'reference', reference: `${BASE}@${one}` },
  });
  t.deepEqual(await world.costOfNothing('app'), []);
  const two = publish(world, 'two');
  await time.pass(590_000);
  await world.quiet();
  t.is(world.builders.builds.length, 1);
  await time.pass(11_000);
  const again = await world.built('app', 2);
  t.is(again.status?.lastBuild?.cause, 'a base image changed');
  t.like(world.builders.last.request.namedContexts['base:1'], { reference: `${BASE}@${two}` });
  t.true((await world.events('app')).some((event) => event.startsWith(`Normal BaseChanged: ${BASE}`)));
});

test('a registry that is away changes nothing, and says so; a new daemon needs none', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  publish(world, 'one');
  await world.apply('app', from('base:1'));
  await world.built('app', 1);
  const before = await world.get('app');
  await world.stop();
  world.runtime.controls.resetCounters();
  await world.start();
  await world.quiet();
  t.is(world.calls('registry.resolve'), 0);
  t.is((await world.get('app')).metadata.resourceVersion, before.metadata.resourceVersion);
  world.runtime.controls.failNext('registry.resolve', new Error('the registry is down'), 1000);
  await time.pass(3_601_000);
  const stale = await world.until(
    'it is told',
    'app',
    (build) => conditionOf(build, 'BasesCurrent')?.status === 'False',
  );
  t.like(conditionOf(stale, 'BasesCurrent'), { reason: 'BaseCheckFailed', message: 'the registry is down' });
  t.is(conditionOf(stale, 'Ready')?.status, 'True');
  t.deepEqual(stale.status?.bases, before.status?.bases);
  t.is(world.builders.builds.length, 1);
});

test('a registry that never answered leaves it to the builder', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', from('nowhere.example.com/x:1'));
  const build = await world.built('app', 1);
  t.like(conditionOf(build, 'BasesCurrent'), { status: 'False', reason: 'BaseCheckFailed' });
  t.deepEqual(world.builders.last.request.namedContexts, {});
});

test('a base that an Image of the namespace holds comes from our store, and is followed', async (t) => {
  await using world = await BuildWorld.open();
  world.runtime.controls.addImage(BASE);
  const image = await world.image('base', { reference: 'base:1' });
  await world.apply('app', from('base:1'));
  const build = await world.built('app', 1);
  t.deepEqual(build.status?.bases, [{ reference: BASE, digest: image.status?.digest, source: 'Image/base' }]);
  t.like(world.builders.last.request.namedContexts['base:1'], { type: 'layout', digest: image.status?.digest });
  t.is(world.calls('registry.resolve'), 0);
  t.is(conditionOf(build, 'BasesCurrent'), undefined);
  world.runtime.controls.addImage(BASE, { version: 2 });
  const annotations = { 'tsmoby.dev/pull-request': '2026-01-01T00:00:00.000000Z' };
  await world.user.patch(ref(IMAGE, 'base'), { metadata: { annotations } }, { type: 'merge' });
  t.is((await world.built('app', 2)).status?.lastBuild?.cause, 'a base image changed');

  publish(world, 'one');
  await world.apply('app', { ...from('base:1'), pullPolicy: 'Always' });
  t.is((await world.built('app', 3)).status?.bases?.[0]?.source, 'Registry');
});

test('a Build that is built from another one by its reference waits for it, and follows it', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = () => undefined;
  await world.apply('base', { reference: 'base:1' });
  await world.because('base', 'Building');
  await world.apply('app', from('base:1'));
  const waiting = await world.because('app', 'BuildNotReady');
  t.regex(conditionOf(waiting, 'Ready')?.message ?? '', /Build default\/base, which has the reference .*base:1/);
  world.builders.script = (build) => build.succeed();
  world.builders.builds[0]?.succeed();
  const base = await world.built('base', 1);
  const build = await world.built('app', 1);
  t.deepEqual(build.status?.bases, [{ reference: BASE, digest: base.status?.digest, source: 'Build/base' }]);
  await world.apply('base', { reference: 'base:1', target: 'x' });
  await world.built('base', 2);
  t.is((await world.built('app', 2)).status?.lastBuild?.cause, 'a base image changed');
});

test('named contexts are Builds, Images, directories, layouts and references', async (t) => {
  await using world = await BuildWorld.open();
  world.runtime.controls.addImage('docker.io/library/tools:1');
  world.runtime.controls.addArchive('/layout');
  world.contexts.write('/assets', 'a', 'x');
  const contexts = [
    { name: 'made', build: { name: 'base' } },
    { name: 'tools', image: { name: 'tools' } },
    { name: 'assets', directory: { path: '/assets' } },
    { name: 'layout', ociLayout: { path: '/layout' } },
    { name: 'alpine', reference: 'example.com/alpine:3' },
  ];
  await world.apply('app', { contexts });
  const waiting = await world.because('app', 'BuildNotFound');
  t.is(conditionOf(waiting, 'Ready')?.message, 'Build default/base is not there');
  await world.apply('base', { target: 'base' });
  await world.because('app', 'ImageNotReady');
  await world.image('tools', { reference: 'tools:1' });
  await world.built('app', 1);
  const kinds = Object.entries(world.builders.last.request.namedContexts).map(([name, { type }]) => `${name} ${type}`);
  t.deepEqual(kinds.toSorted(), [
    'alpine reference',
    'assets directory',
    'layout layout',
    'made layout',
    'tools layout',
  ]);
  await world.apply('base', { target: 'other' });
  await world.built('base', 2);
  t.is((await world.built('app', 2)).status?.lastBuild?.cause, 'a named context changed');
  t.deepEqual(await world.costOfNothing('app'), []);
  await world.delete('app');
  await world.gone('app');
  t.deepEqual(
    (await world.holdings()).filter((held) => held.includes('layout')),
    [],
  );
});

test('a front end that an Image of the namespace holds comes from our store, too, whatever is built for', async (t) => {
  await using world = await BuildWorld.open();
  world.runtime.controls.addImage('example.com/front:1');
  const { status } = await world.image('front', { reference: 'example.com/front:1' });
  const layout = { type: 'layout', digest: status?.digest ?? '' } as const;
  await world.apply('syntax', {
    dockerfile: { inline: '# syntax=example.com/front:1\nFROM scratch\n' },
    platforms: ['linux/amd64', 'linux/arm64'],
  });
  const build = await world.built('syntax', 1);
  t.like(build.status?.bases?.[0], { reference: 'example.com/front:1', source: 'Image/front' });
  t.like(world.builders.last.request.namedContexts['example.com/front:1'], layout);
  const frontend = { name: 'gateway.v0', source: 'example.com/front:1' } as const;
  await world.apply('gateway', { frontend, dockerfile: { inline: 'any text' } });
  await world.built('gateway', 1);
  t.like(world.builders.last.request.namedContexts['example.com/front:1'], layout);
});

test('Builds that are built from each other are stalled with the circle, until it is broken', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('a', { ...from('b:1'), reference: 'a:1' });
  await world.apply('b', { ...from('scratch'), reference: 'b:1', contexts: [{ name: 'x', build: { name: 'a' } }] });
  for (const name of ['a', 'b']) {
    const build = await world.because(name, 'DependencyCycle');
    t.regex(conditionOf(build, 'Stalled')?.message ?? '', /a -> b -> a|b -> a -> b/);
  }
  await world.apply('b', { ...from('scratch'), reference: 'b:1' });
  await world.built('b', 1);
  await world.built('a', 1);
  t.truthy(await world.find(ref(BUILD, 'a')));
});

test('a Build that is built from its own reference of a registry is in no circle', async (t) => {
  await using world = await BuildWorld.open();
  const digest = publish(world, 'one');
  const spec = { ...from('base:1'), reference: 'base:1', pullPolicy: 'Always' } as const;
  await world.apply('base', spec);
  const build = await world.built('base', 1);
  t.deepEqual(build.status?.bases, [{ reference: BASE, digest, source: 'Registry' }]);
  await world.apply('other', { ...from('base:1'), reference: 'other:1', pullPolicy: 'Always' });
  await world.built('other', 1);
  await world.apply('base', { ...spec, contexts: [{ name: 'x', build: { name: 'other' } }] });
  await world.built('base', 2);
});

test('a Build that comes to hold the base of another one, and is built from that, makes a circle of both', async (t) => {
  await using world = await BuildWorld.open();
  publish(world, 'one');
  await world.apply('b', { ...from('base:1'), reference: 'b:1' });
  await world.built('b', 1);
  await world.apply('base', { ...from('b:1'), reference: 'base:1' });
  for (const name of ['b', 'base']) await world.because(name, 'DependencyCycle');
  await world.delete('base');
  await world.built('b', 1);
  t.pass();
});

test('registries that are never asked again leave nothing said of what they answered', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', from('nowhere.example.com/x:1'));
  await world.until('it is told', 'app', (build) => conditionOf(build, 'BasesCurrent')?.status === 'False');
  await world.apply('app', { ...from('nowhere.example.com/x:1'), basePolicy: { interval: '0' } });
  await world.until('nothing is', 'app', (build) => conditionOf(build, 'BasesCurrent') === undefined);
  t.pass();
});

test('base images of our store are held for as long as a build reads them', async (t) => {
  await using world = await BuildWorld.open();
  world.runtime.controls.addImage(BASE);
  await world.image('base', { reference: 'base:1' });
  const held: string[] = [];
  const hold = world.runtime.images.hold.bind(world.runtime.images);
  world.runtime.images.hold = async (records, work) => {
    const { length } = world.builders.builds;
    const done = await hold(records, work);
    held.push(`${records.map(({ owner }) => owner.name).join()} ${world.builders.builds.length - length}`);
    return done;
  };
  await world.apply('app', from('base:1'));
  await world.built('app', 1);
  t.deepEqual(held, ['base 1']);
});
