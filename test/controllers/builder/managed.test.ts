import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import { BUILDER, BuilderWorld, DONE, messageOf, readyText, RUNNING, WAITING } from './world.ts';

const SOCKET = '/fake/builders/own/buildkitd.sock';
const own = { ...BUILDER, name: 'own' };

const withBuildkitd = (world: BuilderWorld): void => {
  world.programs.programs = ['buildkitd', 'dockerd'];
  world.builders.add(SOCKET, { workers: [{ id: 'w', executor: 'oci', platforms: ['linux/amd64'], labels: {} }] });
};
const open = (): Promise<BuilderWorld> => BuilderWorld.open({ prepare: withBuildkitd });

/** Runs, because a Build waits for it. */
async function started(world: BuilderWorld): Promise<void> {
  await world.apply('own', { managed: true });
  await world.ready('own', 'True BuilderIdle');
  await world.build('b', 'own', WAITING);
  await world.ready('own', 'True BuilderFound');
}

test('a managed builder rests until a Build waits for it, and then answers', async (t) => {
  await using world = await open();
  await world.apply('own', { managed: true });
  const idle = await world.ready('own', 'True BuilderIdle');
  t.is(messageOf(idle), 'buildkitd is started when a Build needs it');
  t.is(idle.status?.endpoint, undefined);
  t.is(await world.programs.running('own'), undefined);
  await world.build('b', 'own', WAITING);
  const { status } = await world.ready('own', 'True BuilderFound');
  t.like(status, { type: 'Managed (buildkitd)', endpoint: `unix://${SOCKET}`, activeBuilds: 0 });
});

test('a managed builder is started by the wish of its annotation, once for each wish', async (t) => {
  await using world = await open();
  const wish = (): Record<string, string> => ({ 'tsmoby.dev/builder-wanted': formatTime(world.time.now()) });
  await world.apply('own', { managed: true, idleTimeout: '1m' }, wish());
  await world.ready('own', 'True BuilderFound');
  await world.ready('own', 'True BuilderIdle', 5000);
  await world.quiet(300_000);
  t.is(await world.programs.running('own'), undefined);
  await world.apply('own', { managed: true, idleTimeout: '1m' }, wish());
  await world.ready('own', 'True BuilderFound');
});

test('a managed builder that has nothing to do is stopped after its idle time, and keeps its cache', async (t) => {
  await using world = await open();
  await started(world);
  await world.build('b', 'own', RUNNING);
  await world.until('own', ({ activeBuilds }) => activeBuilds === 1);
  await world.time.pass(3_600_000);
  await world.ready('own', 'True BuilderFound');
  await world.build('b', 'own', DONE);
  await world.until('own', ({ activeBuilds }) => activeBuilds === 0);
  await world.time.pass(580_000);
  await world.ready('own', 'True BuilderFound');
  const { status } = await world.ready('own', 'True BuilderIdle', 5000);
  t.is(await world.programs.running('own'), undefined);
  t.deepEqual(await world.programs.list(), ['own']);
  t.like(status, { type: 'Managed (buildkitd)', version: 'v0.32.2', endpoint: undefined });
  world.forgetWrites();
  await world.quiet(60_000);
  t.deepEqual(world.writes, []);
});

test('an idle time of 0 is never over', async (t) => {
  await using world = await open();
  await world.apply('own', { managed: true, idleTimeout: '0' });
  await world.build('b', 'own', WAITING);
  await world.ready('own', 'True BuilderFound');
  await world.build('b', 'own', DONE);
  await world.time.pass(100_000_000);
  t.not(await world.programs.running('own'), undefined);
});

test('a managed builder that crashes is started again, ever later when it does so soon after its start', async (t) => {
  await using world = await open();
  await started(world);
  await world.build('b', 'own', RUNNING);
  await world.time.pass(120_000);
  const ensured = (): number => world.gate.calls.get('builderPrograms.ensure') ?? 0;
  const crash = async (): Promise<void> => {
    const before = ensured();
    world.programs.kill('own');
    world.builders.remove(SOCKET);
    await world.eventually('it is started again', () => ensured() > before, 500);
    world.builders.add(SOCKET);
    await world.ready('own', 'True BuilderFound');
  };
  await crash();
  const times: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const since = world.time.now();
    await crash();
    times.push(world.time.now() - since);
  }
  t.true((times.at(-1) ?? 0) > 2 * (times[0] ?? 0), times.join());
});

test('one that does not come up says why, and is tried again', async (t) => {
  await using world = await open();
  world.gate.failNext('builderPrograms.ensure', new RuntimeError('Unavailable', 'buildkitd ended: no runc'), 2);
  await world.apply('own', { managed: true });
  await world.build('b', 'own', WAITING);
  const failed = await world.ready('own', 'False BuilderUnavailable');
  t.is(messageOf(failed), 'buildkitd ended: no runc');
  await world.ready('own', 'True BuilderFound', 200);
});

test('one that runs and does not answer for a minute is ended and started anew', async (t) => {
  await using world = await open();
  await started(world);
  await world.build('b', 'own', RUNNING);
  world.builders.silent.add(SOCKET);
  const stopped = (): number => world.gate.calls.get('builderPrograms.stop') ?? 0;
  await world.eventually('it is ended', () => stopped() > 0, 2000);
  t.is(stopped(), 1);
  world.builders.silent.clear();
  await world.ready('own', 'True BuilderFound', 500);
});

test('the next daemon finds what runs, and one that came to its idle time meanwhile is stopped', async (t) => {
  await using world = await open();
  await started(world);
  await world.build('b', 'own', DONE);
  await world.quiet();
  const ensured = world.gate.calls.get('builderPrograms.ensure');
  await world.stop();
  await world.start();
  await world.quiet(5000);
  t.is(readyText((await world.until('own', () => true)).status ?? {}), 'True BuilderFound');
  t.is(world.gate.calls.get('builderPrograms.ensure'), ensured);
  await world.stop();
  await world.time.pass(700_000);
  await world.start();
  await world.ready('own', 'True BuilderIdle');
});

test('deleting stops it and takes its state away', async (t) => {
  await using world = await open();
  await started(world);
  await world.user.delete(own);
  await world.gone(own);
  t.deepEqual(await world.programs.list(), []);
});

test('what an object that is gone has left is removed at the start', async (t) => {
  await using world = await BuilderWorld.open({
    prepare(world) {
      withBuildkitd(world);
      void world.programs.ensure('lost', 'buildkitd');
    },
  });
  await world.eventually('it is removed', async () => (await world.programs.list()).length === 0);
  t.is(await world.programs.running('lost'), undefined);
});

test('one that gets an endpoint is stopped', async (t) => {
  await using world = await open();
  await started(world);
  world.builders.add('/run/x.sock');
  await world.apply('own', { managed: false, endpoint: 'unix:///run/x.sock' });
  const { status } = await world.until('own', ({ type }) => type === 'Buildkitd');
  t.is(status?.endpoint, 'unix:///run/x.sock');
  t.is(await world.programs.running('own'), undefined);
});

test('one that gets an image runs in a Container of it, and the program ends', async (t) => {
  await using world = await open();
  await started(world);
  await world.apply('own', { managed: true, image: 'registry.example/buildkit:1' });
  const { status } = await world.until('own', ({ type }) => type === 'Managed (container)');
  t.is(status?.endpoint, undefined);
  t.is(await world.programs.running('own'), undefined);
});

test('the idle time begins with the end of the last build, however short that was', async (t) => {
  await using world = await open();
  await world.apply('own', { managed: true, idleTimeout: '8s' });
  await world.build('b', 'own', WAITING);
  await world.ready('own', 'True BuilderFound');
  await world.build('b', 'own', RUNNING);
  await world.until('own', ({ activeBuilds }) => activeBuilds === 1);
  await world.time.pass(5000);
  await world.build('b', 'own', DONE);
  await world.until('own', ({ activeBuilds }) => activeBuilds === 0);
  await world.quiet(5000);
  t.not(await world.programs.running('own'), undefined);
  await world.ready('own', 'True BuilderIdle', 1000);
});

test('a builder that is being deleted is not ready, from the first moment on', async (t) => {
  await using world = await open();
  await started(world);
  await world.build('b', 'own', DONE);
  world.gate.setLatency('builderPrograms.remove', 60_000);
  await world.user.delete(own);
  const leaving = await world.ready('own', 'False Deleting');
  t.is(messageOf(leaving), 'it is being deleted');
  t.not(await world.programs.running('own'), undefined);
  await world.time.pass(60_000);
  await world.gone(own);
});
