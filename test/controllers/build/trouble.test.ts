import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { BuildFailedError } from '../../../runtime/ports/builders.ts';
import { BUILD, BUILDER, BuildWorld, conditionOf, conditionsText, ref } from '../../support/build-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const DOCKERFILE = [
  'FROM scratch',
  'COPY a /',
  'COPY b /',
  'COPY missing /',
  'COPY c /',
  'COPY d /',
  'COPY e /',
  'COPY f /',
];

const failed = (reason = 'SourceNotFound'): BuildFailedError =>
  new BuildFailedError('Dockerfile:4: "/missing": not found', {
    reason,
    step: '[4/8] COPY missing /',
    place: { file: 'Dockerfile', startLine: 4, endLine: 4, text: `${DOCKERFILE.join('\n')}\n` },
  });

test('a build that fails by its own fault says where, and waits for a change', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = (build) => build.fail(failed());
  await world.apply('app');
  const build = await world.because('app', 'SourceNotFound');
  t.is(conditionsText(build), 'Ready=False SourceNotFound, Stalled=True SourceNotFound');
  t.is(conditionOf(build, 'Ready')?.message, 'build 1: Dockerfile:4: "/missing": not found');
  t.deepEqual(build.status?.lastBuild?.failure, {
    reason: 'SourceNotFound',
    transient: false,
    message: '"/missing": not found',
    step: '[4/8] COPY missing /',
    file: 'Dockerfile',
    line: 4,
    endLine: 4,
    excerpt: [
      '    1 | FROM scratch',
      '    2 | COPY a /',
      '    3 | COPY b /',
      '>>> 4 | COPY missing /',
      '    5 | COPY c /',
      '    6 | COPY d /',
      '    7 | COPY e /',
    ].join('\n'),
  });
  t.like((await world.log(build, 1)).at(-1), {
    type: 'end',
    outcome: 'Failed',
    message: 'Dockerfile:4: "/missing": not found',
  });
  await time.pass(3_600_000);
  await world.quiet();
  t.is(world.builders.builds.length, 1);
  t.deepEqual(await world.costOfNothing('app'), []);

  await world.stop();
  await world.start();
  await world.quiet();
  t.is(world.builders.builds.length, 1);
  t.is(conditionsText(await world.get('app')), 'Ready=False SourceNotFound, Stalled=True SourceNotFound');

  world.builders.script = (each) => each.succeed();
  await world.apply('app', { dockerfile: { inline: 'FROM scratch\nCOPY a /\n' } });
  const mended = await world.built('app', 2);
  t.is(mended.status?.lastBuild?.cause, 'the Dockerfile changed');
  t.is(mended.status?.lastBuild?.failure, undefined);
});

test('the last good result stays when a newer one fails, and is current again when the change is taken back', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app');
  const good = await world.built('app', 1);
  world.builders.script = (build) => build.fail(failed());
  await world.apply('app', { target: 'bad' });
  const bad = await world.because('app', 'SourceNotFound');
  t.is(
    conditionsText(bad),
    'BuildCurrent=False SourceNotFound, LintClean=True Linted, Ready=False SourceNotFound, Stalled=True SourceNotFound',
  );
  t.like(bad.status, { number: 1, digest: good.status?.digest, recordName: good.status?.recordName });
  await world.apply('app');
  t.is((await world.built('app', 1)).status?.lastBuild?.phase, 'Failed');
  t.is(world.builders.builds.length, 2);
});

test('backoffLimit gives a build that fails by its own fault so many further tries', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = (build) => build.fail(failed('BuildFailed'));
  await world.apply('app', { backoffLimit: 2 });
  const build = await world.until('stalled', 'app', (each) => conditionOf(each, 'Stalled'), 500);
  t.like(build.status?.lastBuild, { number: 3, attempts: 3, cause: 'the last try failed' });
  await time.pass(3_600_000);
  t.is(world.builders.builds.length, 3);
});

test('what is not its fault is tried again, ever more seldom, and found when it heals', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = (build) => build.fail(new RuntimeError('Unauthorized', 'push refused'));
  await world.apply('app');
  const build = await world.because('app', 'Unauthorized');
  t.is(conditionsText(build), 'Ready=False Unauthorized, Reconciling=True Unauthorized');
  await time.pass(60_000);
  await world.quiet();
  const tries = world.builders.builds.length;
  t.true(tries >= 4 && tries <= 7, `${tries} in a minute`);
  world.builders.script = (each) => each.succeed();
  await time.pass(120_000);
  await world.built('app');
});

test('a builder that goes away in the middle is waited for, and goes on at once when it is back', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = () => undefined;
  await world.apply('app');
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  await world.setBuilder('default', 'False', 'BuilderUnavailable');
  world.builders.setAway(true);
  await world.because('app', 'BuilderUnavailable');
  await time.pass(600_000);
  await world.because('app', 'BuilderNotReady');
  t.is(world.builders.builds.length, 1);
  world.builders.setAway(false);
  world.builders.script = (build) => build.succeed();
  const before = time.now();
  await world.setBuilder('default', 'True', 'BuilderFound');
  await world.built('app', 2);
  t.true(time.now() - before < 2000);
});

test('a Builder that is missing is waited for by name; one that sleeps is waited for in words that wake it', async (t) => {
  await using world = await BuildWorld.open({ noBuilder: true });
  await world.apply('app');
  const build = await world.because('app', 'BuilderNotFound');
  t.regex(conditionOf(build, 'Ready')?.message ?? '', /Builder default is not there/);
  await world.addBuilder('default');
  await world.built('app', 1);
  await world.setBuilder('default', 'True', 'BuilderIdle', '');
  await world.user.patch(
    { ...BUILDER, name: 'default' },
    { status: { endpoint: null } },
    { type: 'merge', subresource: 'status' },
  );
  await world.apply('app', { target: 'two' });
  const waiting = await world.because('app', 'BuilderStarting');
  t.is(conditionOf(waiting, 'Ready')?.status, 'True');
  t.is(conditionOf(waiting, 'BuildCurrent')?.status, 'False');
  const builder = () => world.user.get({ ...BUILDER, name: 'default' });
  // The Builder's controller looks at this condition.
  t.is(conditionOf(waiting, 'Reconciling')?.reason, 'BuilderStarting');
  const { resourceVersion } = (await builder()).metadata;
  t.deepEqual(await world.costOfNothing('app'), []);
  t.is((await builder()).metadata.resourceVersion, resourceVersion);
  await world.setBuilder('default', 'True', 'BuilderFound');
  await world.built('app', 2);
  t.is(world.builders.last.endpoint.type, 'unix');
});

test('a build that takes too long is ended, and says so', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = () => undefined;
  await world.apply('app', { activeDeadlineSeconds: 60 });
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  await time.pass(61_000);
  const build = await world.because('app', 'BuildTimeout');
  t.is(build.status?.lastBuild?.phase, 'Failed');
  t.truthy(conditionOf(build, 'Stalled'));
  t.deepEqual(world.builders.running, []);
});

test('a change while it is built ends that build and begins anew', async (t) => {
  await using world = await BuildWorld.open();
  world.contexts.write('/src', 'Dockerfile', 'FROM scratch');
  world.builders.script = () => undefined;
  await world.apply('app', { context: { directory: { path: '/src' } }, watch: true });
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  const [first] = world.builders.builds;
  world.builders.script = (build) => build.succeed();
  world.contexts.write('/src', 'file', 'x');
  const build = await world.built('app', 2);
  t.true(first?.ended);
  t.is(build.status?.lastBuild?.cause, 'the context changed');
  t.like((await world.log(build, 1)).at(-1), { outcome: 'Superseded' });
});

test('a build that a daemon left in the middle is interrupted, and begun anew under another number', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = () => undefined;
  await world.apply('app');
  await world.because('app', 'Building');
  await world.stop();
  t.is((await world.get('app')).status?.lastBuild?.phase, 'Running');
  world.builders.script = (build) => build.succeed();
  await world.start();
  const build = await world.built('app', 2);
  t.like((await world.log(build, 1)).at(-1), { outcome: 'Interrupted' });
  t.is(build.status?.lastBuild?.cause, 'the last try was interrupted');
});

test('an image of a build whose end was never written down goes', async (t) => {
  await using world = await BuildWorld.open();
  const { metadata } = await world.apply('app');
  const { status } = await world.built('app', 1);
  await world.stop();
  const record = world.runtime.images.records.get(status?.recordName ?? '');
  const stray = `tsmoby.dev/build/${metadata.uid}/7`;
  if (record !== undefined) world.runtime.images.records.set(stray, { ...record, name: stray });
  await world.start();
  await world.eventually('it is gone', () => !world.runtime.images.records.has(stray));
  await world.quiet();
  t.deepEqual([...world.runtime.images.records.keys()], [record?.name]);
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('a context that changes while it is sent is looked at and built again at once, but not for ever', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.contexts.write('/src', 'Dockerfile', 'FROM scratch');
  let tries = 0;
  world.builders.script = (build) => {
    world.contexts.write('/src', 'file', String((tries += 1)));
    build.fail(new BuildFailedError('file changed', { reason: 'ContextChanged' }));
  };
  await world.apply('app', { context: { directory: { path: '/src' } } });
  await world.eventually('a few tries', () => tries >= 3);
  await time.pass(10_000);
  await world.quiet();
  t.true(tries >= 4 && tries < 9, `${tries} in ten seconds`);
  world.builders.script = (build) => build.succeed();
  await time.pass(60_000);
  await world.built('app');
});

test('outputs outside of what the daemon allows, and entitlements that it does not give, stall', async (t) => {
  await using world = await BuildWorld.open({ allowHostPaths: ['/out'], allowEntitlements: ['network.host'] });
  await world.apply('path', { outputs: [{ tar: { path: '/etc/x.tar' } }] });
  const refused = await world.because('path', 'HostPathNotAllowed');
  t.truthy(conditionOf(refused, 'Stalled'));
  t.is(refused.status?.lastBuild, undefined);
  await world.apply('path', { outputs: [{ tar: { path: '/out/x.tar' } }] });
  const allowed = await world.built('path', 1);
  t.deepEqual(allowed.status?.outputs, [{ type: 'tar', target: '/out/x.tar' }]);
  t.is(allowed.status?.digest, undefined);
  t.deepEqual(await world.costOfNothing('path'), []);
  await world.apply('rights', { entitlements: ['network.host', 'security.insecure'] });
  const insecure = await world.because('rights', 'EntitlementNotAllowed');
  t.regex(conditionOf(insecure, 'Stalled')?.message ?? '', /--allow-build-entitlement=security\.insecure$/);
  await world.apply('rights', { entitlements: ['network.host'], network: 'Host' });
  await world.built('rights', 1);
  t.like(world.builders.last.request, { network: 'host', entitlements: ['network.host'] });
});

test('a builder that cannot write into our store hands over an archive, of which nothing is left', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.facts = { ...world.builders.facts, landing: 'DockerArchive' };
  await world.apply('app', { reference: 'app:dev' });
  const build = await world.built('app', 1);
  t.like(world.builders.last.request.outputs[0], {
    type: 'archive',
    format: 'docker',
    name: 'docker.io/library/app:dev',
  });
  t.truthy(build.status?.digest);
  t.deepEqual([...world.temporaryFiles], []);
});

test('a deleted Build gives its place to the next one', async (t) => {
  await using world = await BuildWorld.open({ noBuilder: true });
  await world.addBuilder('default', { maxParallelBuilds: 1 });
  world.builders.script = () => undefined;
  await world.apply('a', { target: 'a' });
  await world.because('a', 'Building');
  await world.apply('b', { target: 'b' });
  await world.because('b', 'BuildPending');
  await world.delete('a');
  await world.gone('a');
  await world.because('b', 'Building');
  t.is(await world.find(ref(BUILD, 'a')), undefined);
});

test('an image that is never whole is not built again and again', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.runtime.images.verify = async () => false;
  await world.apply('app');
  await world.because('app', 'ResultLost');
  await time.pass(30_000);
  await world.quiet();
  const { length } = world.builders.builds;
  t.true(length >= 4 && length <= 8, `${length} in half a minute`);
});
