/** When a build that came to nothing is tried again, and how it is told. */
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { BuildFailedError } from '../../../runtime/ports/builders.ts';
import type { Build } from '../../../schemas/gen/types.ts';
import { BUILD, BUILDER, BuildWorld, conditionOf } from '../../support/build-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

test('what is Stalled is tried again when the spec is changed, also in what goes into no build', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = () => undefined;
  await world.apply('app', { activeDeadlineSeconds: 60 });
  await world.eventually('it is being built', () => world.builders.running.length === 1);
  await time.pass(61_000);
  await world.because('app', 'BuildTimeout');
  world.builders.script = (build) => build.succeed();
  await world.apply('app', { activeDeadlineSeconds: 600 });
  t.like((await world.built('app', 2)).status?.lastBuild, { cause: 'the spec changed', attempts: 1, generation: 2 });
});

test('what a builder cannot do is tried again when it is another one', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = (build) => build.fail(new RuntimeError('Unsupported', 'no such exporter'));
  await world.apply('app');
  t.truthy(conditionOf(await world.because('app', 'BuilderTooOld'), 'Stalled'));
  await world.quiet();
  t.is(world.builders.builds.length, 1);
  world.builders.script = (build) => build.succeed();
  const status = { version: 'v0.30.0' };
  await world.user.patch({ ...BUILDER, name: 'default' }, { status }, { type: 'merge', subresource: 'status' });
  t.is((await world.built('app', 2)).status?.lastBuild?.builder, 'unix:///run/default.sock v0.30.0');
});

test('an entitlement that the builder refuses is final', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time, allowEntitlements: ['network.host'] });
  const refused = new RuntimeError('FailedPrecondition', 'not allowed', { reason: 'EntitlementNotAllowed' });
  world.builders.script = (build) => build.fail(refused);
  await world.apply('app', { entitlements: ['network.host'] });
  t.truthy(conditionOf(await world.because('app', 'EntitlementNotAllowed'), 'Stalled'));
  await time.pass(3_600_000);
  t.is(world.builders.builds.length, 1);
});

test('a changed key for ssh is another try, also by another daemon', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = (build) => build.fail(new BuildFailedError('git clone: denied', { reason: 'BuildFailed' }));
  await world.secret('keys', { key: 'one' });
  const ssh = [{ secretKeyRef: { name: 'keys', key: 'key' } }];
  await world.apply('app', { ssh });
  await world.because('app', 'BuildFailed');
  await world.stop();
  await world.secret('keys', { key: 'two' });
  world.builders.script = (build) => build.succeed();
  await world.start();
  await world.built('app', 2);
  t.deepEqual(world.builders.last.request.ssh, { default: { type: 'keys', privateKeys: ['two'] } });
});

test('a failure is told by one Event, whether it is Stalled or tried again', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = (build) => build.fail(new BuildFailedError('RUN false', { reason: 'BuildFailed' }));
  await world.apply('app', { backoffLimit: 1 });
  await world.until('it has failed for good', 'app', (build) => conditionOf(build, 'Stalled'), 500);
  const { items } = await world.eventually('they are written', async () => {
    const all = await world.user.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
    return all.items.some((event) => (event as { message?: string }).message?.startsWith('build 2:')) ? all : undefined;
  });
  const told = items as unknown as readonly { reason: string; message: string; count: number }[];
  t.deepEqual(
    told.filter(({ reason }) => reason === 'BuildFailed').map(({ message, count }) => `${count} ${message}`),
    ['1 build 1: RUN false', '1 build 2: RUN false'],
  );
});

test('nobody sees that the build before is Stalled beside one that runs', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = (build) => build.fail(new BuildFailedError('RUN false', { reason: 'BuildFailed' }));
  await world.apply('app');
  await world.because('app', 'BuildFailed');
  const { metadata } = await world.get('app');
  world.builders.script = () => undefined;
  await world.apply('app', { target: 'x' });
  await world.because('app', 'Building');
  const { resourceVersion } = metadata;
  for await (const event of world.user.watch<Build>(BUILD, { namespace: 'default', resourceVersion })) {
    if (event.type === 'BOOKMARK' || event.object.status?.lastBuild?.number !== 2) continue;
    t.deepEqual(conditionOf(event.object, 'Stalled'), undefined);
    t.is(conditionOf(event.object, 'Reconciling')?.reason, 'Building');
    if (conditionOf(event.object, 'Ready')?.reason === 'Building') break;
  }
});

test('a build in which daemons end again and again comes ever more seldom', async (t) => {
  const time = new ManualTime();
  await using world = await BuildWorld.open({ time });
  world.builders.script = () => undefined;
  await world.apply('app');
  for (const number of [1, 2]) {
    await world.until('it is being built', 'app', ({ status }) => status?.lastBuild?.number === number);
    await world.stop();
    await world.start();
  }
  await world.because('app', 'BuildInterrupted');
  t.is((await world.get('app')).status?.lastBuild?.attempts, 2);
  world.builders.script = (build) => build.succeed();
  await time.pass(2000);
  t.is((await world.built('app', 3)).status?.lastBuild?.attempts, 3);
});
