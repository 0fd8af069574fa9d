import test from 'ava';
import { BuildWorld, conditionOf, conditionsText, step } from '../../support/build-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

test('a Build is built, says what it is, and then costs nothing', async (t) => {
  await using world = await BuildWorld.open();
  const { metadata } = await world.apply('app', { reference: 'app:dev' });
  const build = await world.built('app');
  t.is(conditionsText(build), 'BuildCurrent=True Built, LintClean=True Linted, Ready=True Built');
  t.like(build.status, {
    reference: 'docker.io/library/app:dev',
    number: 1,
    recordName: `tsmoby.dev/build/${metadata.uid}/1`,
    digest: [...world.runtime.images.records.values()][0]?.digest,
    lastBuild: { number: 1, phase: 'Succeeded', cause: 'the first build', attempts: 1 },
    outputs: [{ type: 'image', digest: build.status?.digest }],
  });
  t.is(build.status?.key, build.status?.lastBuild?.key);
  t.deepEqual(
    build.status?.history?.map(({ number }) => number),
    [1],
  );
  t.deepEqual(await world.costOfNothing('app'), []);
  const log = await world.log(build, 1);
  t.deepEqual(
    log.map(({ type }) => type),
    ['begin', 'end'],
  );
  t.like(log.at(-1), { outcome: 'Succeeded' });
});

test('a daemon that comes up finds all as it was: nothing is built, and nothing is written', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app');
  const before = await world.built('app');
  await world.stop();
  await world.start();
  await world.quiet();
  t.is((await world.get('app')).metadata.resourceVersion, before.metadata.resourceVersion);
  t.is(world.builders.builds.length, 1);
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('a changed spec is another build; a former one that is wanted again is there', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one' });
  const first = await world.built('app', 1);
  await world.apply('app', { target: 'two' });
  const second = await world.built('app', 2);
  t.is(second.status?.lastBuild?.cause, 'the spec changed');
  t.not(second.status?.digest, first.status?.digest);
  await world.apply('app', { target: 'one' });
  t.is((await world.built('app', 1)).status?.digest, first.status?.digest);
  t.is(world.builders.builds.length, 2);
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('what does not go into the result builds nothing', async (t) => {
  await using world = await BuildWorld.open();
  await world.addBuilder('other');
  await world.apply('app');
  await world.built('app', 1);
  await world.apply('app', { builderName: 'other', activeDeadlineSeconds: 5, reference: 'x:1', historyLimit: 1 });
  await world.built('app', 1);
  await world.quiet();
  t.is(world.builders.builds.length, 1);
});

test('a request builds again, once, with the same key', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app');
  await world.built('app', 1);
  await world.apply('app', {}, { annotations: { 'tsmoby.dev/build-request': 'now' } });
  const build = await world.until('built again', 'app', ({ status }) => status?.number === 2);
  t.like(build.status, { observedBuildRequest: 'now', lastBuild: { cause: 'it was asked for' } });
  await world.built('app', 2);
  t.deepEqual(await world.costOfNothing('app'), []);
  t.is(world.builders.builds.length, 2);
});

test('a request for a look builds only what changed, and is served whatever was found', async (t) => {
  await using world = await BuildWorld.open();
  const look = (value: string) => ({ annotations: { 'tsmoby.dev/build-request': `look-${value}` } });
  const served = (value: string) =>
    world.until('served', 'app', ({ status }) => status?.observedBuildRequest === `look-${value}`);
  const spec = { context: { directory: { path: '/src' } }, contextPolicy: { interval: '0' } };
  world.contexts.write('/src', 'Dockerfile', 'FROM scratch');
  await world.apply('app', spec);
  await world.built('app', 1);
  await world.apply('app', spec, look('1'));
  t.is((await served('1')).status?.lastBuild?.number, 1);
  t.deepEqual(await world.costOfNothing('app'), []);
  world.contexts.write('/src', 'file', 'x');
  await world.apply('app', spec, look('2'));
  t.is((await served('2')).status?.lastBuild?.number, 2);
  await world.built('app', 2);
  world.contexts.delete('/src');
  await world.apply('app', spec, look('3'));
  const { status } = await served('3');
  t.true(status?.conditions?.some(({ reason }) => reason === 'ContextNotFound'));
});

test('a build that is cancelled by its number ends, and is not begun again until it is asked for', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = () => undefined;
  await world.apply('app');
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  const cancel = { 'tsmoby.dev/cancel-build': '1' };
  await world.apply('app', {}, { annotations: { 'tsmoby.dev/cancel-build': '7' } });
  await world.apply('app', {}, { annotations: cancel });
  const build = await world.because('app', 'BuildCancelled');
  t.truthy(conditionOf(build, 'Stalled'));
  t.is(build.status?.lastBuild?.phase, 'Cancelled');
  t.like((await world.log(build, 1)).at(-1), { outcome: 'Cancelled', message: 'it was cancelled' });
  await world.quiet();
  t.is(world.builders.builds.length, 1);
  t.deepEqual(await world.costOfNothing('app'), []);
  world.builders.script = (each) => each.succeed();
  await world.apply('app', {}, { annotations: { ...cancel, 'tsmoby.dev/build-request': 'now' } });
  await world.built('app', 2);
});

test('steps are shown while it runs, at most once a second, and stay', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = () => undefined;
  await world.apply('app');
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  const building = await world.because('app', 'Building');
  t.is(conditionsText(building), 'Ready=False Building, Reconciling=True Building');
  const { last } = world.builders;
  last.tell(step('a', { started: '2026-01-01T00:00:00Z', completed: '2026-01-01T00:00:01.5Z' }));
  last.tell(step('b', { cached: true }));
  last.tell(step('c', { started: '2026-01-01T00:00:02Z' }));
  const seen = await world.until('steps are seen', 'app', ({ status }) => status?.lastBuild?.totalSteps === 3);
  t.deepEqual(seen.status?.steps, [
    { name: 'step a', duration: '1.5s' },
    { name: 'step b', cached: true },
    { name: 'step c', running: true },
  ]);
  await world.quiet();
  const { metadata } = await world.get('app');
  for (let count = 0; count < 100; count += 1)
    last.tell(step('c', { started: '2026-01-01T00:00:02Z', name: `${count}` }));
  await time.pass(300);
  await world.quiet();
  t.is((await world.get('app')).metadata.resourceVersion, metadata.resourceVersion);
  await world.until('the last is seen', 'app', ({ status }) => status?.steps?.[2]?.name === '99');
  last.succeed();
  const { status } = await world.built('app', 1);
  t.like(status?.lastBuild, { totalSteps: 3, cachedSteps: 1 });
});

test('what the linter says is a condition, a list, and a few Events', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = (build) => {
    for (let line = 1; line <= 30; line += 1) {
      const place = { file: 'Dockerfile', startLine: line, endLine: line };
      build.tell({ type: 'warning', step: 'a', message: `bad ${line}`, detail: [], url: 'https://x/', place });
    }
    build.succeed();
  };
  await world.apply('app');
  const build = await world.built('app', 1);
  t.is(conditionOf(build, 'LintClean')?.status, 'False');
  t.is(build.status?.warnings?.length, 20);
  t.deepEqual(build.status?.warnings?.[0], { message: 'bad 1', file: 'Dockerfile', line: 1, url: 'https://x/' });
  const events = await world.eventually('events', async () => {
    const all = (await world.events('app')).filter((event) => event.includes('LintWarnings'));
    return all.length === 3 ? all : undefined;
  });
  t.true(events.includes('Warning LintWarnings: Dockerfile:2: bad 2'));
});

test('a deleted Build is cancelled, and nothing of it is left', async (t) => {
  await using world = await BuildWorld.open();
  world.contexts.write('/src', 'Dockerfile', 'FROM scratch');
  await world.apply('app', { context: { directory: { path: '/src' } }, watch: true });
  await world.built('app', 1);
  world.builders.script = () => undefined;
  world.contexts.write('/src', 'file', 'x');
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  await world.delete('app');
  await world.gone('app');
  t.deepEqual(await world.holdings(), []);
});

test('history keeps what the limit says, and the records of the rest go', async (t) => {
  await using world = await BuildWorld.open();
  for (const number of [1, 2, 3, 4]) {
    await world.apply('app', { target: `t${number}`, historyLimit: 2 });
    await world.built('app', number);
  }
  const { metadata, status } = await world.built('app', 4);
  t.deepEqual(
    status?.history?.map(({ number }) => number),
    [4, 3, 2],
  );
  const records = (): string[] => [...world.runtime.images.records.keys()].map((name) => name.slice(-2)).sort();
  await world.eventually('one record went', () => records().length === 3);
  t.deepEqual(records(), ['/2', '/3', '/4']);
  await world.apply('app', { target: 't4', historyLimit: 0 });
  await world.eventually('just one is left', () => records().length === 1);
  t.deepEqual([...world.runtime.images.records.keys()], [`tsmoby.dev/build/${metadata.uid}/4`]);
});

test('revertTo uses a former result and builds nothing until it is taken away', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one' });
  const first = await world.built('app', 1);
  await world.apply('app', { target: 'two' });
  await world.built('app', 2);
  await world.apply('app', { target: 'three', revertTo: 1 });
  const reverted = await world.until(
    'reverted',
    'app',
    (build) => conditionOf(build, 'Ready')?.reason === 'BuildReverted',
  );
  t.is(reverted.status?.digest, first.status?.digest);
  t.is(conditionsText(reverted), 'BuildCurrent=False BuildReverted, LintClean=True Linted, Ready=True BuildReverted');
  t.deepEqual(await world.costOfNothing('app'), []);
  await world.apply('app', { target: 'three', revertTo: 7 });
  const stalled = await world.because('app', 'ResultNotFound');
  t.regex(conditionOf(stalled, 'Stalled')?.message ?? '', /there is no result 7; there is 2, 1/);
  await world.apply('app', { target: 'two' });
  await world.built('app', 2);
  t.is(world.builders.builds.length, 2);
});

test('suspend builds nothing, cancels what is being built, and leaves what is there', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one' });
  await world.built('app', 1);
  world.builders.script = () => undefined;
  await world.apply('app', { target: 'two' });
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  await world.apply('app', { target: 'two', suspend: true });
  const build = await world.until('cancelled', 'app', ({ status }) => status?.lastBuild?.phase === 'Cancelled');
  t.is(conditionOf(build, 'Ready')?.reason, 'BuildSuspended');
  t.is(conditionOf(build, 'Ready')?.status, 'True');
  t.is(build.status?.number, 1);
  await world.quiet();
  t.deepEqual(await world.costOfNothing('app'), []);
  world.builders.script = (each) => each.succeed();
  await world.apply('app', { target: 'two' });
  await world.built('app', 3);
});

test('an image that is gone from the store is built again', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app');
  const { status } = await world.built('app', 1);
  world.runtime.controls.deleteImage(status?.recordName ?? '');
  const again = await world.built('app', 2);
  t.is(again.status?.lastBuild?.cause, 'the result was gone from the store');
  await world.eventually('it is told', async () =>
    (await world.events('app')).some((event) => event.startsWith('Warning ResultLost')),
  );
});

test('a Build of another machine is left alone', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { nodeName: 'elsewhere' });
  await world.quiet();
  t.is(world.builders.builds.length, 0);
  t.is((await world.get('app')).status?.lastBuild, undefined);
  await world.delete('app');
  await world.gone('app');
});
