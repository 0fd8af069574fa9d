/** Results that are kept: used again, gone, and what is said of them. */
import test from 'ava';
import { BuildFailedError } from '../../../runtime/ports/builders.ts';
import { BuildWorld, conditionOf } from '../../support/build-world.ts';

test('a result that is used again is what status says of the outputs, too', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one' });
  const first = await world.built('app', 1);
  await world.apply('app', { target: 'two' });
  await world.built('app', 2);
  await world.apply('app', { target: 'one' });
  const { status } = await world.built('app', 1);
  t.is(status?.digest, first.status?.digest);
  t.deepEqual(status?.outputs, first.status?.outputs);
});

test('revertTo says when the image of that build is gone', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one' });
  const { status } = await world.built('app', 1);
  await world.apply('app', { target: 'two' });
  await world.built('app', 2);
  world.runtime.controls.deleteImage(status?.recordName ?? '');
  await world.apply('app', { target: 'two', revertTo: 1 });
  const stalled = await world.because('app', 'ResultNotFound');
  t.is(conditionOf(stalled, 'Stalled')?.message, 'spec.revertTo: the image of build 1 is gone from the store');
});

test('a suspended Build whose image is gone is not ready', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app');
  const { status } = await world.built('app', 1);
  await world.apply('app', { suspend: true });
  await world.until('suspended', 'app', (build) => conditionOf(build, 'Ready')?.reason === 'BuildSuspended');
  world.runtime.controls.deleteImage(status?.recordName ?? '');
  const lost = await world.until('not ready', 'app', (build) => conditionOf(build, 'Ready')?.status === 'False');
  t.like(conditionOf(lost, 'Ready'), { reason: 'ResultLost', message: 'the image of build 1 is gone from the store' });
  t.is(world.builders.builds.length, 1);
});

test('what the linter said of a build that failed is told', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = (build) => {
    build.tell({ type: 'warning', step: 'a', message: 'bad', detail: [], url: '' });
    build.fail(new BuildFailedError('RUN false', { reason: 'BuildFailed' }));
  };
  await world.apply('app');
  const build = await world.because('app', 'BuildFailed');
  t.deepEqual(build.status?.warnings, [{ message: 'bad' }]);
  t.is(conditionOf(build, 'LintClean')?.status, 'False');
});

test('a daemon that comes up after a request was taken away finds all as it was', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', {}, { annotations: { 'tsmoby.dev/build-request': 'now' } });
  await world.built('app', 1);
  await world.apply('app');
  const { metadata } = await world.built('app', 1);
  await world.quiet();
  await world.stop();
  await world.start();
  await world.quiet();
  t.is((await world.get('app')).metadata.resourceVersion, metadata.resourceVersion);
});

test('the local cache is written where the path really leads, and refused by its own name', async (t) => {
  await using world = await BuildWorld.open({ allowHostPaths: ['/cache'] });
  const cache = (path: string) => ({ cache: { to: [{ local: { path } }] } });
  await world.apply('app', cache('/etc'));
  const refused = await world.because('app', 'HostPathNotAllowed');
  t.regex(conditionOf(refused, 'Stalled')?.message ?? '', /^spec\.cache\.to: host path \/etc /);
  world.runtime.volumes.resolveHostPath = async (path) => `/real${path}`;
  await world.apply('app', cache('/cache/app'));
  await world.built('app', 1);
  t.like(world.builders.last.request.cacheTo[0], { type: 'local', path: '/real/cache/app' });
});

test('a Builder that is being deleted takes no new build', async (t) => {
  await using world = await BuildWorld.open();
  const builder = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder', name: 'default' };
  await world.user.patch(builder, { metadata: { finalizers: ['example.com/held'] } }, { type: 'merge' });
  await world.user.delete(builder);
  await world.apply('app');
  const waiting = await world.because('app', 'BuilderNotFound');
  t.is(conditionOf(waiting, 'Ready')?.message, 'Builder default is being deleted');
  await world.user.patch(builder, { metadata: { finalizers: null } }, { type: 'merge' });
  await world.addBuilder('default');
  await world.built('app', 1);
});
